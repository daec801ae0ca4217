import type { Marks, PoweredStore, StorePowers } from "@sojourn/core";
import { createEmit, type ReplicationEventListener } from "./events.ts";
import { Replication } from "./internal/replication.ts";
import type { ReplicationLag } from "./lag.ts";
import {
  checked,
  type ReplicableStore,
  type ReplicatedStoreOptions,
  type Settings,
} from "./options.ts";

export interface DrainOptions {
  /** ms to wait at most. Default 5,000. */
  readonly within?: number;
  /** Ends the wait earlier. */
  readonly signal?: AbortSignal;
}

export interface PromoteOptions {
  /**
   * `accept`: promote it though it cannot be known to have what a majority acknowledged. A revocation
   * may be undone by that. With one replica and a primary that is away there is no other way.
   */
  readonly onStale?: "accept" | "refuse";
}

export interface ReplicatedStore<
  Powers extends StorePowers = StorePowers,
> extends PoweredStore<Powers> {
  /** How far each replica is behind, as this process knows it. */
  replicationLag(): ReplicationLag[];

  /**
   * Makes one of the replicas the primary, in this process: the operator's act, in every process, while
   * none writes to the old one. The replica first takes all that the others have; without a majority of
   * all stores (itself included) it rejects with `StoreUnavailableError` and nothing has changed. The
   * old primary becomes a replica.
   */
  promote(replica: ReplicableStore, options?: PromoteOptions): Promise<void>;

  /**
   * Waits until all that was written is on all replicas. False: the time was up before; what is missing
   * is found by the primary's log, when the next process begins.
   */
  drain(options?: DrainOptions): Promise<boolean>;

  /** Ends the work in the background. The stores are yours: close them after it. */
  close(): Promise<void>;
}

/** The powers of a primary that the whole has, too. */
export type PassedThrough<Powers extends StorePowers> = Omit<Powers, "replica"> &
  Omit<StorePowers, "replica">;

/**
 * A store made of stores: one primary, which takes all writes and answers all reads, and replicas that
 * follow it in the background and are read while it is away. Misuse throws `ConfigurationError`.
 *
 * Its powers are the primary's, but for `replica`. Marks are what a majority has taken, where all stores
 * keep them. References, what is redeemed once and messages are in the store that was configured as
 * primary alone, and are not copied.
 */
export function replicatedStore<Powers extends StorePowers>(
  options: ReplicatedStoreOptions<PoweredStore<Powers> & ReplicableStore>,
): ReplicatedStore<PassedThrough<Powers>> {
  const settings = checked(options);
  const { replica: _, ...powers } = options.primary.powers;
  const { marks, ...store } = createReplicated(settings, options.onEvent);
  const passed = marks === null ? powers : { ...powers, marks };
  return { ...store, powers: passed as PassedThrough<Powers> };
}

/** What is made of options that have been checked. */
export function createReplicated(
  settings: Settings,
  onEvent?: ReplicationEventListener,
): Omit<ReplicatedStore, "powers"> & { readonly marks: Marks | null } {
  const { acknowledge, clock } = settings;
  const replication = new Replication(settings, createEmit(clock.now, onEvent));

  return {
    marks: replication.marks,

    create: (record, now, given) =>
      replication.write(
        now,
        "create",
        acknowledge.logins,
        ({ store }) => store.create(record, now, given),
        (outcome) => {
          if (outcome.status !== "created") return null;
          const { partition, handle } = record;
          const replaced = given?.replaces === undefined ? [] : [given.replaces];
          return { partition, handles: [handle, ...outcome.evicted, ...replaced] };
        },
      ),

    read: (ref, now) =>
      replication.read(
        now,
        ({ store }) => store.read(ref, now),
        (replicas) => replicas.read(ref, now),
      ),

    update: (ref, change, now, given) =>
      replication.write(
        now,
        "update",
        change.credential === undefined ? acknowledge.writes : acknowledge.renewals,
        ({ store }) => store.update(ref, change, now, given),
        ({ status }) => {
          if (status !== "updated") return null;
          const { expiresAt, idleExpiresAt } = change.envelope ?? {};
          // A deadline that was moved back may be an end.
          const ended = expiresAt !== undefined || idleExpiresAt !== undefined;
          return { partition: ref.partition, handles: [ref.handle], ended };
        },
      ),

    delete: (ref, given) =>
      replication.write(
        null,
        "delete",
        acknowledge.revocations,
        ({ store }) => store.delete(ref, given),
        // One that is gone, too: who repeats what was not acknowledged waits for the replicas again.
        (outcome) =>
          outcome === "conflict"
            ? null
            : { partition: ref.partition, handles: [ref.handle], ended: true },
      ),

    list: (partition, now, given) =>
      replication.read(
        now,
        ({ store }) => store.list(partition, now, given),
        (replicas) => replicas.list(partition, now, given),
      ),

    deleteAll: (partition, now, given) =>
      replication.write(
        now,
        "deleteAll",
        acknowledge.revocations,
        ({ store }) => store.deleteAll(partition, now, given),
        (handles) => ({ partition, handles, ended: true, whole: true }),
      ),

    sweep: (now, limit) => replication.sweep(now, limit),

    replicationLag: () => replication.lag(),
    promote: (replica, { onStale } = {}) => replication.promote(replica, onStale === "accept"),

    async drain({ within = 5_000, signal } = {}) {
      const over = new AbortController();
      const end = () => over.abort();
      signal?.addEventListener("abort", end, { once: true });
      const timeUp =
        signal?.aborted === true ? Promise.resolve() : clock.sleep(within, over.signal);
      try {
        const drained = replication.drained().then(() => true);
        return await Promise.race([drained, timeUp.then(() => false)]);
      } finally {
        signal?.removeEventListener("abort", end);
        end();
      }
    },

    close: () => replication.close(),
  };
}
