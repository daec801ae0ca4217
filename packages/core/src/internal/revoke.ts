import type { Client } from "../client.ts";
import type { RevocationReason } from "../events.ts";
import type { Engine } from "./engine.ts";
import { whoOf } from "./live.ts";

const HANDLE = /^[\w-]{22}$/;

/** Whether the text can be a handle: what cannot is never put to the store (GO-2024-2730). */
export function isHandle(text: unknown): text is string {
  return typeof text === "string" && HANDLE.test(text);
}

/** Ends one session of a user. A handle of somebody else's answers like one that never was. */
export async function revoke(
  engine: Engine,
  userId: string,
  handle: string,
  client: Client | null,
): Promise<boolean> {
  const partition = engine.partitionOf(userId);
  if (!isHandle(handle)) return false;
  const ref = { partition, handle };
  // Whom an event has to name besides.
  const record = engine.heard ? await engine.store.read(ref, engine.clock.now()) : null;
  if ((await engine.store.delete(ref)) !== "deleted") return false;
  const who = record === null ? { handle, userId } : whoOf(record);
  engine.ended(ref, { type: "session_revoked", reason: "revoke", ...who }, client);
  return true;
}

/** Ends all of a user's sessions, but one where asked; a login that began before is refused from now on. */
export async function revokeAll(
  engine: Engine,
  userId: string,
  { except, reason = "revoke-all" }: { except?: string | undefined; reason?: RevocationReason },
  client: Client | null,
): Promise<number> {
  const partition = engine.partitionOf(userId);
  const now = engine.clock.now();
  const there = engine.heard ? await engine.store.list(partition, now) : [];
  const known = new Map(there.map((record) => [record.handle, record]));
  const options = isHandle(except) ? { except } : {};
  const handles = await engine.store.deleteAll(partition, engine.clock.now(), options);
  for (const handle of handles) {
    const record = known.get(handle);
    const who = record === undefined ? { handle, userId } : whoOf(record);
    engine.ended({ partition, handle }, { type: "session_revoked", reason, ...who }, client);
  }
  return handles.length;
}
