import {
  type Clock,
  ConfigurationError,
  type PoweredStore,
  type ReplicaTarget,
  type StorePowers,
  systemClock,
} from "@sojourn/core";
import type { ReplicationEventListener } from "./events.ts";
import { type ToldClock, toldClock } from "./internal/told-clock.ts";

/** A store that can be copied and be a copy. */
export type ReplicableStore = PoweredStore<StorePowers & { readonly replica: ReplicaTarget }>;

/** Who has a write when it resolves: the primary, it and a majority of all stores, or all stores. */
export type Acknowledge = "primary" | "majority" | "all";

export interface AcknowledgeOptions {
  /** `create`. Default `primary`. */
  readonly logins?: Acknowledge;
  /** `delete` and `deleteAll`. Default `majority` with two replicas or more, `primary` with one. */
  readonly revocations?: Acknowledge;
  /** Changes of the credential: renewals and rotations. Default `primary`. */
  readonly renewals?: Acknowledge;
  /** All other updates. Default `primary`. */
  readonly writes?: Acknowledge;
}

/** ms from a failure to the next try: `first`, then twice as long each time, at most `longest`. */
export interface BackOff {
  readonly first: number;
  readonly longest: number;
}

export interface ReplicatedStoreOptions<Primary extends ReplicableStore = ReplicableStore> {
  /** Where all writes and, while it can be reached, all reads go. */
  readonly primary: Primary;
  /** One or more. Each keeps a time limit of its own, as does the primary. */
  readonly replicas: readonly ReplicableStore[];
  readonly acknowledge?: Acknowledge | AcknowledgeOptions;
  /** ms that a write waits for replicas after the primary has it. Default 1,000. */
  readonly acknowledgeWithin?: number;
  /** With one replica only: `accept` lets it be read while the primary is away. Default `refuse`. */
  readonly onStale?: "accept" | "refuse";
  /** How many sessions may wait for each replica. Default 10,000. */
  readonly maxQueued?: number;
  /** How many sessions are looked at or sent in one step. Default 100. */
  readonly step?: number;
  /** Default: first 100, longest 10,000. */
  readonly backOff?: BackOff;
  /**
   * ms from one look at the primary's log to the next, which finds what another process was to send
   * and could not. Default 300,000.
   */
  readonly catchUpEvery?: number;
  readonly onEvent?: ReplicationEventListener;
  /** For tests. */
  readonly clock?: Clock;
}

export interface Settings {
  /** The first is the primary. */
  readonly stores: readonly ReplicableStore[];
  /** How many of the stores are a majority. */
  readonly majority: number;
  readonly acknowledge: Required<AcknowledgeOptions>;
  readonly acknowledgeWithin: number;
  readonly acceptStale: boolean;
  readonly maxQueued: number;
  readonly step: number;
  readonly backOff: BackOff;
  readonly catchUpEvery: number;
  readonly clock: ToldClock;
}

const LEVELS: readonly unknown[] = ["primary", "majority", "all"];

/** The longest that a timer of JavaScript can be set to. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** The options with their defaults. Throws `ConfigurationError`. */
export function checked(options: ReplicatedStoreOptions): Settings {
  const { primary, replicas, onStale = "refuse" } = options;
  const {
    acknowledgeWithin = 1_000,
    maxQueued = 10_000,
    step = 100,
    backOff = { first: 100, longest: 10_000 },
    catchUpEvery = 300_000,
    clock = systemClock,
  } = options;
  if (!Array.isArray(replicas) || replicas.length === 0) {
    throw new ConfigurationError(
      "There are no replicas. Give one store or more as replicas: [store], or use the primary alone.",
    );
  }
  const stores: readonly ReplicableStore[] = [primary, ...replicas];
  stores.forEach(checkReplicable);
  if (new Set(stores).size < stores.length) {
    throw new ConfigurationError(
      "One store is given twice. Each copy must be a store of its own, on a server of its own.",
    );
  }
  if (onStale !== "accept" && onStale !== "refuse") {
    throw new ConfigurationError(
      `onStale is ${String(onStale)}. Write "accept", or leave it out to refuse.`,
    );
  }
  if (onStale === "accept" && replicas.length > 1) {
    throw new ConfigurationError(
      'onStale: "accept" is for one replica. With two or more a majority is asked: leave it out.',
    );
  }
  checkWhole("acknowledgeWithin", acknowledgeWithin, LONGEST_WAIT);
  checkWhole("maxQueued", maxQueued);
  checkWhole("step", step);
  checkWhole("backOff.first", backOff.first, LONGEST_WAIT);
  checkWhole("backOff.longest", backOff.longest, LONGEST_WAIT);
  checkWhole("catchUpEvery", catchUpEvery, LONGEST_WAIT);
  return {
    stores,
    majority: Math.floor(stores.length / 2) + 1,
    acknowledge: levels(options.acknowledge, replicas.length),
    acknowledgeWithin,
    acceptStale: onStale === "accept",
    maxQueued,
    step,
    backOff,
    catchUpEvery,
    clock: toldClock(clock),
  };
}

function checkReplicable(store: ReplicableStore, at: number): void {
  if (store?.powers?.replica !== undefined) return;
  const name = at === 0 ? "primary" : `replicas[${at - 1}]`;
  throw new ConfigurationError(
    `${name} cannot be copied: it has no powers.replica. Make it with replicable: true, as in ` +
      "memoryStore({ replicable: true }) or redisStore(client, { replicable: true }).",
  );
}

function checkWhole(name: string, value: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new ConfigurationError(
    `${name} is ${String(value)}. Write a whole number from 1 to ${most}, or leave it out.`,
  );
}

function levels(
  acknowledge: Acknowledge | AcknowledgeOptions = {},
  replicas: number,
): Required<AcknowledgeOptions> {
  const all = typeof acknowledge === "string" ? acknowledge : undefined;
  const each = typeof acknowledge === "string" ? {} : acknowledge;
  const resolved = {
    logins: all ?? each.logins ?? "primary",
    revocations: all ?? each.revocations ?? (replicas > 1 ? "majority" : "primary"),
    renewals: all ?? each.renewals ?? "primary",
    writes: all ?? each.writes ?? "primary",
  };
  const names = [...Object.keys(resolved), ...Object.keys(each)];
  const wrong = names.find((name) => !LEVELS.includes(resolved[name as keyof typeof resolved]));
  if (wrong === undefined) return resolved;
  throw new ConfigurationError(
    `acknowledge.${wrong} is not known. Give "primary", "majority" or "all" for logins, ` +
      "revocations, renewals and writes, or one of them for all.",
  );
}
