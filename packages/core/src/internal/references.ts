import { ConfigurationError } from "../errors.ts";
import type { References } from "../powers.ts";
import { type CreateOptions, NOT_BEFORE_KEPT, type SessionRef } from "../store.ts";
import { type Birth, insert } from "./create.ts";
import type { Engine } from "./engine.ts";
import { whoOf } from "./live.ts";
import { checkedReference } from "./login-facts.ts";

/**
 * Sessions by somebody else's name for them, such as an identity provider's session. A revocation and
 * a login that cross are settled thus: the revocation leaves its time before it looks for sessions, and
 * the login looks for that time after it has been entered. Whatever the order, one sees the other.
 */

function referencesOf({ store }: Engine): References {
  const references = store.powers.references;
  if (references !== undefined) return references;
  throw new ConfigurationError(
    "A login with a reference needs a store that keeps them, as all of Sojourn's own do: store.powers.references.",
  );
}

/** Inserts a session that can be found by its reference. */
export async function insertReferenced(
  engine: Engine,
  birth: Birth,
  options: CreateOptions,
  reference: string,
): ReturnType<typeof insert> {
  const references = referencesOf(engine);
  const inserted = await insert(engine, birth, options);
  const { record, outcome } = inserted;
  if (outcome.status !== "created") return inserted;
  try {
    const now = engine.clock.now();
    await references.add(referenceName(engine, reference), record, record.expiresAt, now);
    const stamps = await references.find(stampsOf(engine, reference), now);
    if ((birth.authenticatedAt ?? 0) > Math.max(...stamps.map(timeOf))) return inserted;
  } catch (error) {
    engine.inBackground(engine.store.delete(record));
    throw error;
  }
  await engine.store.delete(record);
  return { ...inserted, outcome: { status: "revoked" } };
}

/** A session that lives longer than it was to can be found for as long. */
export async function prolongReference(
  engine: Engine,
  name: string,
  ref: SessionRef,
  expiresAt: number,
): Promise<void> {
  await referencesOf(engine).add(name, ref, expiresAt, engine.clock.now());
}

/** Ends the sessions of a reference, and refuses logins that began before. Gives how many it ended. */
export async function endReferenced(engine: Engine, reference: string): Promise<number> {
  const references = referencesOf(engine);
  const name = referenceName(engine, reference);
  const now = engine.clock.now();
  const stamp = { partition: STAMP, handle: now.toString(36).padStart(22, "0") };
  await references.add(stampsOf(engine, reference), stamp, now + NOT_BEFORE_KEPT, now);
  for (let count = 0; ;) {
    const refs = await references.find(name, now);
    if (refs.length === 0) return count;
    const outcomes = await Promise.all(refs.map((ref) => endOne(engine, ref)));
    count += outcomes.filter((deleted) => deleted).length;
    await references.remove(name, refs);
  }
}

async function endOne(engine: Engine, ref: SessionRef): Promise<boolean> {
  // Whom an event has to name besides.
  const record = engine.heard ? await engine.store.read(ref, engine.clock.now()) : null;
  if ((await engine.store.delete(ref)) !== "deleted") return false;
  const who = record === null ? { handle: ref.handle, userId: null } : whoOf(record);
  engine.ended(ref, { type: "session_revoked", reason: "reference", ...who });
  return true;
}

const STAMP = "revoked-at------";

/** A stamp is no session: its handle is a time. */
function timeOf({ handle }: SessionRef): number {
  return Number.parseInt(handle, 36);
}

/** The name of a reference's entries: whoever names it may be a stranger. */
export function referenceName(engine: Engine, reference: string): string {
  return engine.nameOf("reference", checkedReference(reference));
}

function stampsOf(engine: Engine, reference: string): string {
  return engine.nameOf("reference revoked", reference);
}
