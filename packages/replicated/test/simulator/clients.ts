import {
  type Clock,
  type NewSessionRecord,
  type Store,
  StoreUnavailableError,
} from "@sojourn/core";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";

/** People who use a store at random, and what they were told. */
export interface Clients {
  /** One thing that one of them does. */
  act(): Promise<void>;
  /** Nobody hears what becomes of what is under way. */
  abandon(): void;
}

export interface ClientsOptions {
  readonly name: string;
  readonly store: Omit<Store, "powers">;
  readonly clock: Clock;
  readonly random: Random;
  readonly truth: Truth;
  readonly partitions: readonly string[];
  note(line: string): void;
}

/** How many sessions a user may have. */
const LIMIT = { max: 4, onLimit: "evict-least-recent" } as const;

/** ms after which nothing arrives any more. */
const LATE = 5_000;

const DAY = 86_400_000;

export function createClients({
  name,
  store,
  clock,
  random,
  truth,
  partitions,
  note,
}: ClientsOptions): Clients {
  /** Logins under way that may end other sessions. */
  const makingRoom = new Set<string>();
  let counter = 0;

  /** What became of a call. Null: it failed, and what it did is not known. */
  async function tried<T>(what: string, call: Promise<T>): Promise<T | null> {
    try {
      const outcome = await call;
      note(`${name} ${what}: ${JSON.stringify(outcome)?.slice(0, 120)}`);
      return outcome;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      note(`${name} ${what}: ${error.message}`);
      return null;
    }
  }

  function someone() {
    const living = truth.all.filter(({ endedAt }) => endedAt === null || random.percent(20));
    return living.length === 0 ? undefined : random.pick(living);
  }

  async function login(): Promise<void> {
    const now = clock.now();
    const partition = random.pick(partitions);
    const handle = `${name}.${++counter}`.padEnd(21, "-").concat("A");
    const authenticatedAt = now - random.below(random.percent(30) ? 4_000 : 5);
    const known = truth.begun(partition, handle, now);
    const record = newRecord(partition, handle, now, authenticatedAt);
    const limit = random.percent(50) ? { limit: LIMIT } : {};
    if ("limit" in limit) makingRoom.add(handle);
    const outcome = await tried(`login ${handle} ${partition}`, store.create(record, now, limit));
    makingRoom.delete(handle);
    if (outcome === null && "limit" in limit) truth.endangered(partition, clock.now() + LATE);
    if (outcome?.status !== "created") return;
    for (const evicted of outcome.evicted) {
      const gone = truth.of(evicted);
      if (gone !== undefined) gone.isDoubtful = true;
    }
    known.createdAt = clock.now();
    truth.letIn(known, authenticatedAt, now);
  }

  async function write(): Promise<void> {
    const known = someone();
    if (known === undefined) return;
    const now = clock.now();
    const { partition, handle } = known;
    const key = `${name}.${++counter}`;
    const touch = { lastSeenAt: now, idleExpiresAt: now + DAY };
    const change = random.percent(60) ? { set: { [key]: "1" } } : { touch };
    const call = store.update({ partition, handle }, change, now);
    const outcome = await tried(`write ${handle} ${"set" in change ? key : "touch"}`, call);
    if (outcome?.status === "updated" && "set" in change) known.keys.add(key);
  }

  async function revoke(): Promise<void> {
    const known = someone();
    if (known === undefined) return;
    known.isDoubtful = true;
    const { partition, handle, createdAt } = known;
    const outcome = await tried(`revoke ${handle}`, store.delete({ partition, handle }));
    // Of one whose creation was not known to be over, an end is no end.
    if (outcome !== null && createdAt !== null) known.endedAt ??= clock.now();
  }

  async function revokeAll(): Promise<void> {
    const partition = random.pick(partitions);
    const now = clock.now();
    // What another revocation may have ended, of which nobody knows, is that one's to answer for.
    const there = truth.all.filter((known) => known.partition === partition && !known.isDoubtful);
    truth.endangered(partition, Infinity);
    const sure = there.filter(({ createdAt }) => createdAt !== null);
    const outcome = await tried(`revoke all ${partition}`, store.deleteAll(partition, now));
    truth.endangered(partition, clock.now() + LATE);
    if (outcome === null) return;
    const gone = outcome.map((handle) => truth.of(handle)).filter((known) => known !== undefined);
    for (const known of [...sure, ...gone]) known.endedAt ??= clock.now();
    truth.revokedAll(partition, now, clock.now());
  }

  async function look(): Promise<void> {
    const known = someone();
    const now = clock.now();
    if (known === undefined) return;
    const record = await tried(`read ${known.handle}`, store.read(known, now));
    if (record !== null) truth.shown(record, now, `${name}, read`);
  }

  async function list(): Promise<void> {
    const now = clock.now();
    const partition = random.pick(partitions);
    const limit = 1 + random.below(6);
    const records = await tried(`list ${partition}`, store.list(partition, now, { limit }));
    for (const record of records ?? []) truth.shown(record, now, `${name}, list`);
  }

  return {
    abandon() {
      for (const handle of makingRoom) {
        truth.endangered(truth.of(handle)?.partition ?? "", clock.now() + LATE);
      }
    },
    act() {
      const drawn = random.below(100);
      if (drawn < 22) return login();
      if (drawn < 48) return write();
      if (drawn < 62) return revoke();
      if (drawn < 66) return revokeAll();
      if (drawn < 90) return look();
      return list();
    },
  };
}

function newRecord(
  partition: string,
  handle: string,
  now: number,
  authenticatedAt: number,
): NewSessionRecord {
  return {
    partition,
    handle,
    userId: partition,
    credential: "hashes",
    createdAt: now,
    authenticatedAt,
    lastSeenAt: now,
    idleExpiresAt: now + DAY,
    expiresAt: now + 2 * DAY,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
  };
}
