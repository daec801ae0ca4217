import type {
  NewSessionRecord,
  PoweredStore,
  ReplicaState,
  ReplicaTarget,
  SessionRecord,
  SessionRef,
} from "@sojourn/core";
import { check, same, show } from "../../store/assert.ts";
import { DAY, handle, newRecord, NOW } from "../../store/records.ts";

/** A store that can be a copy of another. */
export type Replicable = PoweredStore<{ readonly replica: ReplicaTarget }>;

export type RecordState = Extract<ReplicaState, { kind: "record" }>;
export type Tombstone = Extract<ReplicaState, { kind: "tombstone" }>;
export type Stamp = Extract<ReplicaState, { kind: "not-before" }>;

export function recordState(
  partition: string,
  revision: number,
  fields: Partial<NewSessionRecord> & { readonly version?: number } = {},
): RecordState {
  const record: SessionRecord = { version: 1, ...newRecord(partition, fields) };
  return { kind: "record", record: { ...record, ...fields }, revision };
}

export function tombstone(ref: SessionRef, expiresAt: number = NOW + DAY): Tombstone {
  return {
    kind: "tombstone",
    ref: { partition: ref.partition, handle: ref.handle },
    expiresAt,
  };
}

export function stamp(partition: string, notBefore: number): Stamp {
  return { kind: "not-before", partition, notBefore };
}

/** What is there at one handle. */
export async function stateAt(
  { powers }: Replicable,
  { partition, handle }: SessionRef,
  now: number = NOW,
): Promise<ReplicaState | null> {
  const states = await powers.replica.states(partition, [handle], now);
  return states.find(({ kind }) => kind !== "not-before") ?? null;
}

/** The revision of the record there. */
export async function revisionAt(store: Replicable, ref: SessionRef): Promise<number> {
  const state = await stateAt(store, ref);
  check(state?.kind === "record", `a record is at ${ref.handle}`);
  return state.revision;
}

/** States have no order. */
export function sameStates(
  actual: readonly ReplicaState[],
  expected: readonly ReplicaState[],
  what: string,
): void {
  same(byText(actual), byText(expected), what);
}

function byText(states: readonly ReplicaState[]): readonly ReplicaState[] {
  return states.toSorted((a, b) => (show(a) < show(b) ? -1 : 1));
}

/** What the copy holds of these is what the source holds, and its seven operations say so as well. */
export async function checkCopied(
  source: Replicable,
  copy: Replicable,
  refs: readonly SessionRef[],
  now: number = NOW,
): Promise<void> {
  for (const partition of new Set(refs.map((ref) => ref.partition))) {
    const handles = refs.filter((ref) => ref.partition === partition).map((ref) => ref.handle);
    const states = await source.powers.replica.states(partition, handles, now);
    sameStates(await copy.powers.replica.states(partition, handles, now), states, "the copy");
    const all = { withData: true };
    const records = await source.list(partition, now, all);
    same(await copy.list(partition, now, all), records, "what the copy lists");
  }
}

interface FollowOptions {
  readonly limit?: number;
  readonly now?: number;
  /** Called with what each step gives. */
  readonly take?: (changes: readonly ReplicaState[]) => Promise<unknown>;
}

/** All that comes from a cursor on, and the cursor to go on from. */
export async function follow(
  { powers }: Replicable,
  cursor: string | null,
  { limit = 100, now = NOW, take }: FollowOptions = {},
): Promise<{ readonly changes: readonly ReplicaState[]; readonly next: string }> {
  const changes: ReplicaState[] = [];
  let at = cursor;
  for (let calls = 0; calls < 10_000; calls++) {
    const outcome = await powers.replica.changesSince(at, limit, now);
    check(outcome.status === "changes", "a cursor that was just given is not too old");
    check(outcome.changes.length <= limit, `a call gives at most ${limit} changes`);
    check(outcome.next.length <= 512, "a cursor has at most 512 characters");
    changes.push(...outcome.changes);
    await take?.(outcome.changes);
    if (!outcome.more) return { changes, next: outcome.next };
    at = outcome.next;
  }
  check(false, "who follows a store that nobody writes to comes to an end");
}

/** Brings the copy up to where the source is. Gives the cursor to go on from. */
export async function catchUp(
  source: Replicable,
  copy: Replicable,
  cursor: string | null = null,
  options: FollowOptions = {},
): Promise<string> {
  const { now = NOW } = options;
  const take = (changes: readonly ReplicaState[]) => copy.powers.replica.apply(changes, now);
  return (await follow(source, cursor, { ...options, take })).next;
}

export const ref = (partition: string, name: string): SessionRef => ({
  partition,
  handle: handle(name),
});
