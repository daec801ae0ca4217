import type { Engine } from "./engine.ts";

const HANDLE = /^[\w-]{22}$/;

/** Whether the text can be a handle: what cannot is never put to the store (GO-2024-2730). */
export function isHandle(text: unknown): text is string {
  return typeof text === "string" && HANDLE.test(text);
}

/** Ends one session of a user. A handle of somebody else's answers like one that never was. */
export async function revoke(engine: Engine, userId: string, handle: string): Promise<boolean> {
  const partition = engine.partitionOf(userId);
  if (!isHandle(handle)) return false;
  if ((await engine.store.delete({ partition, handle })) !== "deleted") return false;
  engine.emit({ type: "session_revoked", reason: "revoke", handle, userId });
  return true;
}

/** Ends all of a user's sessions, but one where asked; a login that began before is refused from now on. */
export async function revokeAll(
  engine: Engine,
  userId: string,
  except: string | undefined,
): Promise<number> {
  const partition = engine.partitionOf(userId);
  const options = isHandle(except) ? { except } : {};
  const handles = await engine.store.deleteAll(partition, engine.clock.now(), options);
  for (const handle of handles) {
    engine.emit({ type: "session_revoked", reason: "revoke-all", handle, userId });
  }
  return handles.length;
}
