import { SessionGoneError } from "../errors.ts";
import type { SessionChange, SessionRecord, SessionRef } from "../store.ts";
import { expiredBy } from "../timeouts.ts";
import { decodeCredential, standing } from "./credential.ts";
import type { Engine } from "./engine.ts";
import { decodeFacts, encodeFacts, type Facts } from "./facts.ts";
import { factsOf, type Live } from "./live.ts";
import { RETRY_FOR, retrying } from "./retrying.ts";

export interface FactsOptions {
  /** Nothing is written where this holds. */
  readonly unless?: (facts: Facts) => boolean;
  /** What goes with it. */
  readonly also?: Omit<SessionChange["envelope"] & object, "facts">;
  readonly touch?: SessionChange["touch"];
  /** Whether whoever changes it may go on with what another has stored meanwhile. */
  readonly admits?: (record: SessionRecord) => boolean;
}

/**
 * Changes what is noted of a session, atomically: facts are one text, and a label must not undo a
 * reauthentication. Gives whether it was written. Throws `SessionGoneError`.
 */
export async function changeFacts(
  engine: Engine,
  live: Live,
  change: (facts: Facts) => Facts,
  options: FactsOptions = {},
): Promise<boolean> {
  const from = live.record.version;
  const written = await changeStoredFacts(engine, live.record, change, {
    // A copy of a token from before a reauthentication must not be told what that one reached.
    admits: (record) => opens(engine, live, record),
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof SessionGoneError) live.state = "gone";
    throw error;
  });
  if (written === null) return false;
  const { record, envelope, version } = written;
  live.record = {
    ...live.record,
    ...envelope,
    ...options.touch,
    // What this request knows of the data is of the version that it read.
    ...(record.version === from && { version }),
  };
  live.facts = factsOf(live.record);
  return true;
}

/** The same, where nobody holds the session. `record`: as far as it is known. */
async function changeStoredFacts(
  engine: Engine,
  record: SessionRecord,
  change: (facts: Facts) => Facts,
  { unless = () => false, also = {}, touch, admits = () => true }: FactsOptions = {},
): Promise<Written | null> {
  let known = record;
  return retrying(engine, RETRY_FOR, async () => {
    const facts = factsOf(known);
    if (unless(facts)) return { result: null };
    const envelope = { ...also, facts: encodeFacts(change(facts)) };
    const outcome = await engine.store.update(
      known,
      { envelope, ...(touch && { touch }) },
      engine.clock.now(),
      { ifVersion: known.version },
    );
    if (outcome.status === "updated") {
      return { result: { record: known, envelope, version: outcome.version } };
    }
    if (outcome.status !== "conflict" || !admits(outcome.record)) {
      throw new SessionGoneError("The session has ended.");
    }
    known = outcome.record;
    return null;
  });
}

interface Written {
  /** The record that was changed. */
  readonly record: SessionRecord;
  readonly envelope: NonNullable<SessionChange["envelope"]>;
  readonly version: number;
}

/** The same by the session's name alone. Null: there is none that is alive. */
export async function changeFactsOf(
  engine: Engine,
  ref: SessionRef,
  change: (facts: Facts) => Facts,
): Promise<SessionRecord | null> {
  await engine.epoch.look();
  const now = engine.clock.now();
  const record = await engine.store.read(ref, now);
  if (record === null || engine.epoch.ended(record)) return null;
  if (expiredBy(record, engine.policyOf(record), now) !== null) return null;
  if (decodeFacts(record.facts) === null) {
    const { handle, userId } = record;
    engine.emit({ type: "record_corrupt", reason: null, handle, userId });
    return null;
  }
  try {
    await changeStoredFacts(engine, record, change);
    return record;
  } catch (error) {
    if (error instanceof SessionGoneError) return null;
    throw error;
  }
}

/** Whether the secret that this request holds still opens the record. */
function opens(engine: Engine, live: Live, record: SessionRecord): boolean {
  const credential = decodeCredential(record.credential);
  if (credential === null) return false;
  const { grace } = engine.policyOf(record);
  return !["reused", "unknown"].includes(
    standing(credential, live.presented, live.arrivedAt, grace),
  );
}
