import { SessionGoneError } from "../errors.ts";
import type { SessionData } from "../options.ts";
import type { SessionRecord } from "../store.ts";
import { commit } from "./commit.ts";
import { encodeCredential, freshCredential } from "./credential.ts";
import type { Draft } from "./draft.ts";
import type { Engine } from "./engine.ts";
import {
  applied,
  assertWritable,
  checkedChanges,
  credentialOf,
  factsOf,
  type Live,
  openDraft,
  tooLarge,
  whoOf,
} from "./live.ts";
import { refusal, turnAway } from "./load.ts";
import { RETRY_FOR, retrying } from "./retrying.ts";

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
    const draft = await openDraft(engine, record);
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
      engine.emit({ type: "session_rotated", reason: null, ...whoOf(record) }, live.client);
      engine.signals.moved(record.partition, record.handle, "rotated");
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
  const { record, client } = live;
  if (live.unborn === null) {
    await engine.store.delete(record);
    engine.ended(record, { type: "session_logout", reason: null, ...whoOf(record) }, client);
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
  const refused = refusal(engine, record, credentialOf(record), live.presented, live.arrivedAt);
  if (refused === null) return record;
  await turnAway(engine, record, refused, live.client);
  throw gone(live);
}

function gone(live: Live): SessionGoneError {
  live.state = "gone";
  return new SessionGoneError("The session ended while this request was running.");
}

/** Lets the handler's own draft see what `update` stored. */
function adopt(live: Live, draft: Draft, record: SessionRecord): void {
  // Touch and confirmation go their own way: what this request knows of them stays.
  const { credential, lastSeenAt, idleExpiresAt } = live.record;
  live.record = { ...record, credential, lastSeenAt, idleExpiresAt };
  live.facts = factsOf(live.record);
  live.draft.rebase(draft.values(), record.data);
}
