import { ConflictError, SessionGoneError } from "../errors.ts";
import type { SessionData } from "../options.ts";
import type { SessionRecord } from "../store.ts";
import { commit } from "./commit.ts";
import { encodeCredential, freshCredential } from "./credential.ts";
import type { Draft } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { applied, assertWritable, checkedChanges, type Live, openDraft, tooLarge } from "./live.ts";
import { admits } from "./load.ts";

/** ms for which `update` and its like go on against other writers before they give up. */
export const RETRY_FOR = 5_000;

/** Waits between tries grow to this many ms. */
const LONGEST_WAIT = 64;

/**
 * The atomic read-modify-write: `fn` runs on what is stored, again on what others have stored
 * meanwhile, until its result is written against the version it was made from.
 */
export async function update<T>(
  engine: Engine,
  live: Live,
  fn: (data: SessionData) => T | Promise<T>,
  retryFor: number = RETRY_FOR,
): Promise<T> {
  assertWritable(live);
  if (live.unborn !== null) {
    // Nobody else knows the session: its own draft is all there is to change.
    const result = await fn(live.draft.data);
    await commit(engine, live, { save: true, renew: "never" });
    return result;
  }
  let { record } = live;
  return retrying(engine, retryFor, async () => {
    const draft = await openDraft(engine, record, () => {});
    const result = await fn(draft.data);
    const changes = await checkedChanges(engine, { draft, record });
    if (changes === null) return { result };
    const { set, unset } = changes;
    const outcome = await engine.store.update(record, { set, unset }, engine.clock.now(), {
      ifVersion: record.version,
      maxBytes: engine.maxBytes,
    });
    switch (outcome.status) {
      case "updated":
        draft.committed(changes);
        adopt(live, draft, applied(record, changes, outcome.version));
        return { result };
      case "conflict":
        record = await readmitted(engine, live, outcome.record);
        return null;
      case "too-large":
        throw tooLarge(
          "Together with another request's the change is too large",
          engine.maxBytes,
          "maxBytes",
        );
      case "gone":
        throw gone(live);
    }
  });
}

/** Takes a key's value, atomically: of all concurrent takers one gets it, the others undefined. */
export async function take(engine: Engine, live: Live, key: string): Promise<unknown> {
  assertWritable(live);
  return update(engine, live, (data) => {
    const value = data[key];
    delete data[key];
    return value;
  });
}

/**
 * The change of the secret when privilege changes: in place, without a grace, every earlier secret
 * forgotten. The new token is then in `live.token`.
 */
export async function rotate(engine: Engine, live: Live): Promise<void> {
  assertWritable(live);
  if (live.unborn !== null) return;
  await live.noted;
  let { record } = live;
  await retrying(engine, RETRY_FOR, async () => {
    const now = engine.clock.now();
    const minted = engine.tokens.mint(live.kind, record, now);
    const to = encodeCredential(freshCredential(minted.hash, now));
    const change = { credential: { from: record.credential, to } };
    const outcome = await engine.store.update(record, change, now);
    if (outcome.status !== "updated") throw gone(live);
    if (outcome.renewed) {
      live.record = { ...live.record, credential: to };
      live.presented = minted.hash;
      live.token = minted.token;
      const { handle, userId } = record;
      engine.emit({ type: "session_rotated", reason: null, handle, userId });
      return { result: undefined };
    }
    // A renewal or a confirmation came between; or another rotation, and then this secret is dead.
    const current = await engine.store.read(record, engine.clock.now());
    if (current === null) throw gone(live);
    record = await readmitted(engine, live, current);
    return null;
  });
}

/** Ends the session in the store first; that its cookie is to be deleted follows from its state. */
export async function destroy(engine: Engine, live: Live): Promise<void> {
  if (live.state === "ended") return;
  const { handle, userId } = live.record;
  if (live.unborn === null) {
    await engine.store.delete(live.record);
    engine.emit({ type: "session_logout", reason: null, handle, userId });
  }
  live.state = "ended";
  live.token = null;
}

/** The current record, if the secret that this request presented still opens it. */
async function readmitted(
  engine: Engine,
  live: Live,
  record: SessionRecord,
): Promise<SessionRecord> {
  if (await admits(engine, record, live.presented, live.arrivedAt)) return record;
  throw gone(live);
}

function gone(live: Live): SessionGoneError {
  live.state = "gone";
  return new SessionGoneError("The session ended while this request was running.");
}

/**
 * Tries until there is a result, then a `ConflictError`. What a conflict tells of the store is tried
 * with at once, while it is still true. When that fails too, others are doing the same: then a wait of
 * random length, ever longer.
 */
export async function retrying<T>(
  engine: Engine,
  retryFor: number,
  attempt: () => Promise<{ result: T } | null>,
): Promise<T> {
  const deadline = engine.clock.now() + retryFor;
  for (let longest = 1; ; longest = Math.min(longest * 2, LONGEST_WAIT)) {
    for (let tries = 0; tries < 2; tries++) {
      const done = await attempt();
      if (done !== null) return done.result;
      if (engine.clock.now() >= deadline) throw new ConflictError([]);
    }
    await engine.clock.sleep(engine.jitter(longest));
  }
}

/** Lets the handler's own draft see what `update` stored. */
function adopt(live: Live, draft: Draft, record: SessionRecord): void {
  // Touch and confirmation go their own way: what this request knows of them stays.
  const { credential, lastSeenAt, idleExpiresAt } = live.record;
  live.record = { ...record, credential, lastSeenAt, idleExpiresAt };
  live.draft.rebase(draft.values(), record.data);
}
