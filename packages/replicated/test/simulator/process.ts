import { type Clock, type NewSessionRecord, StoreUnavailableError } from "@sojourn/core";
import type { ReplicableStore, ReplicatedStoreOptions } from "@sojourn/replicated";
import { checked } from "../../src/options.ts";
import { createReplicated } from "../../src/replicated-store.ts";
import { brokenPrimary, type Defect } from "./defects.ts";
import { type Line, type Network, type SimServer, through } from "./link.ts";
import type { Truth } from "./truth.ts";

type Options = Omit<ReplicatedStoreOptions, "primary" | "replicas">;

/** A process of the application, with clients that use it. */
export interface SimProcess {
  readonly name: string;
  readonly lines: ReadonlyMap<SimServer, Line>;
  readonly store: ReturnType<typeof createReplicated>;
  readonly isAlive: boolean;
  kill(): void;
  /** Rejects if there is no majority. */
  promote(server: SimServer): Promise<void>;
  /** One thing that a client does. */
  act(): Promise<void>;
}

export interface SimProcessOptions {
  readonly name: string;
  readonly network: Network;
  /** The primary first. */
  readonly servers: readonly SimServer[];
  readonly options: Options;
  readonly defect: Defect | undefined;
  readonly truth: Truth;
  readonly partitions: readonly string[];
  note(line: string): void;
}

/** How many sessions a user may have. */
const LIMIT = { max: 4, onLimit: "evict-least-recent" } as const;

/** ms after which nothing arrives any more. */
const LATE = 5_000;

const DAY = 86_400_000;

export function simProcess({
  name,
  network,
  servers,
  options,
  defect,
  truth,
  partitions,
  note,
}: SimProcessOptions): SimProcess {
  const { random } = network;
  let isAlive = true;
  const clock: Clock = {
    now: () => network.clock.now(),
    async sleep(ms, signal) {
      await network.clock.sleep(ms, signal);
      if (!isAlive) await new Promise(() => {});
    },
  };
  const lines = new Map(servers.map((server) => [server, { isCut: false, isDead: false }]));
  const views = servers.map((server, at) => {
    const view = through(network, server, lines.get(server) as Line);
    return (at === 0 ? brokenPrimary(view, defect) : view) as ReplicableStore;
  });
  const [primary, ...replicas] = views as [ReplicableStore, ...ReplicableStore[]];
  const settings = checked({ primary, replicas, ...options, clock });
  const store = createReplicated(
    defect === "majority without the primary"
      ? { ...settings, majority: Math.floor(replicas.length / 2) + 1 }
      : settings,
    (event) => note(`${name} ${JSON.stringify(event)}`),
  );
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
    const outcome = await tried(`login ${handle} ${partition}`, store.create(record, now, limit));
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
    name,
    lines,
    store,
    get isAlive() {
      return isAlive;
    },
    kill() {
      isAlive = false;
      for (const line of lines.values()) line.isDead = true;
    },
    async promote(server) {
      const onStale = defect === "promotion without a majority" ? "accept" : "refuse";
      await store.promote(views[servers.indexOf(server)] as ReplicableStore, { onStale });
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
