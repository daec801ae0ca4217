import {
  ConfigurationError,
  type Marks,
  type SessionRecord,
  type StoreOperation,
  StoreUnavailableError,
} from "@sojourn/core";
import type { Emit } from "../events.ts";
import type { ReplicationLag } from "../lag.ts";
import type { Acknowledge, ReplicableStore, Settings } from "../options.ts";
import { confirmed } from "./confirmed.ts";
import { createCopy, noMajority } from "./copy.ts";
import { createFailover, type Failover } from "./failover.ts";
import { Follower } from "./follower.ts";
import { createMarks } from "./marks.ts";
import { createMember, isAway, type Member } from "./member.ts";
import { notePromotion, notePromotions } from "./promoted.ts";
import type { Change } from "./queue.ts";

/** Who is primary, who follows it, and how they are read while it is away. */
interface View {
  readonly primary: Member;
  readonly followers: readonly Follower[];
  readonly failover: Failover;
}

/** The stores of one process's view: which is the primary, and that what it wrote gets to the others. */
export class Replication {
  readonly #settings: Settings;
  readonly #emit: Emit;
  readonly #members: readonly Member[];
  /** Null: not all of the stores keep marks. */
  readonly marks: Marks | null;
  #view: View;
  /** Writes and else that is under way. */
  readonly #pending = new Set<Promise<unknown>>();
  /** Why no write is taken at the moment. */
  #held: string | null = null;
  #closed = false;

  constructor(settings: Settings, emit: Emit) {
    this.#settings = settings;
    this.#emit = emit;
    this.#members = settings.stores.map((store, at) =>
      createMember(store, at, settings.clock, emit),
    );
    this.marks = createMarks(this.#members, settings);
    this.#view = this.#viewOf(this.#members[0] as Member);
  }

  /** Asks the primary, or, while that is away, the replicas. */
  async read<T>(
    now: number,
    fromPrimary: (primary: Member) => Promise<T>,
    fromReplicas: (failover: Failover) => Promise<T>,
  ): Promise<T> {
    this.#start(now);
    const { primary, failover } = this.#view;
    if (!primary.isToBeAsked()) return fromReplicas(failover);
    try {
      return await fromPrimary(primary);
    } catch (error) {
      if (!isAway(error)) throw error;
      return fromReplicas(failover);
    }
  }

  /** Runs a write on the primary, and has what it changed sent on. */
  async write<T>(
    now: number | null,
    operation: StoreOperation,
    level: Acknowledge,
    run: (primary: Member) => Promise<T>,
    changed: (outcome: T) => Change | null,
  ): Promise<T> {
    this.#start(now);
    const { primary, followers } = this.#view;
    if (this.#held !== null) throw new StoreUnavailableError(this.#held);
    if (!primary.isToBeAsked()) {
      throw new StoreUnavailableError("The primary is away, and nothing is written without it.");
    }
    return this.#track(async () => {
      const outcome = await run(primary);
      const change = changed(outcome);
      if (change !== null) await this.#sendOn(operation, level, followers, change);
      return outcome;
    });
  }

  /** Clears away in all stores. What the replicas find is what the primary finds, or found. */
  async sweep(now: number, limit: number): Promise<SessionRecord[]> {
    const swept = await this.write(
      now,
      "sweep",
      "primary",
      ({ store }) => store.sweep(now, limit),
      () => null,
    );
    const { followers } = this.#view;
    const others = followers.map(({ pair }) => pair.replica.store.sweep(now, limit));
    void this.#track(() => Promise.allSettled(others));
    return swept;
  }

  lag(): ReplicationLag[] {
    return this.#view.followers.map((follower) => follower.lag());
  }

  /** Resolves when nothing is left to send. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await Promise.all(this.#view.followers.map((follower) => follower.idle()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#held = "The store has been closed.";
    await Promise.all(this.#view.followers.map((follower) => follower.close()));
  }

  async promote(store: ReplicableStore, acceptLoss: boolean): Promise<void> {
    const member = this.#members.find(({ given }) => given === store);
    if (member === undefined) {
      throw new ConfigurationError(
        "Only one of the replicas can be promoted. Give the very store that is in replicas.",
      );
    }
    if (member === this.#view.primary) return;
    const others = this.#members.filter((other) => other !== member);
    const copy = createCopy(member, others, this.#settings);
    // Most of it while writes still go to the old primary, if that is there; the rest while none do.
    await copy();
    if (this.#held !== null) throw new StoreUnavailableError(this.#held);
    this.#held = "Another store is being promoted. Try again.";
    try {
      await Promise.allSettled(this.#pending);
      const now = this.#settings.clock.now();
      const has = await notePromotions(await copy(), now);
      const needed = this.#settings.majority;
      if (has < needed && !acceptLoss) throw noMajority(has, needed);
      if (has === 0) await notePromotion(member, now);
      member.promotedAt = now;
      const { followers } = this.#view;
      this.#view = this.#viewOf(member);
      await Promise.all(followers.map((follower) => follower.close()));
      this.#emit({ type: "promoted", store: member.number });
    } finally {
      if (!this.#closed) this.#held = null;
    }
    this.#start();
  }

  #viewOf(primary: Member): View {
    const replicas = this.#members.filter((member) => member !== primary);
    const followers = replicas.map(
      (replica) =>
        new Follower({
          primary,
          replica,
          replicas,
          settings: this.#settings,
          emit: this.#emit,
          figures: { sent: 0, overflows: 0, diverged: 0, conflicts: 0, refused: 0 },
          passOn(partition, handles) {
            for (const follower of followers) follower.add({ partition, handles });
          },
        }),
    );
    primary.onBack = () => followers.forEach((follower) => follower.retry());
    for (const follower of followers) follower.pair.replica.onBack = () => follower.retry();
    return { primary, followers, failover: createFailover(replicas, this.#settings) };
  }

  /** Not before the first call: some platforms allow no I/O earlier. */
  #start(now: number | null = null): void {
    if (this.#closed) throw new StoreUnavailableError("The store has been closed.");
    if (now !== null) this.#settings.clock.told(now);
    for (const follower of this.#view.followers) follower.start();
  }

  async #sendOn(
    operation: StoreOperation,
    level: Acknowledge,
    followers: readonly Follower[],
    change: Change,
  ): Promise<void> {
    const stores = this.#members.length;
    const wanted = { primary: 1, majority: this.#settings.majority, all: stores }[level];
    if (wanted === 1) {
      for (const follower of followers) follower.add(change);
      return;
    }
    const reached = 1 + (await confirmed(followers, change, wanted - 1, this.#settings));
    if (reached >= wanted) return;
    this.#emit({
      type: "unacknowledged",
      store: this.#view.primary.number,
      operation,
      wanted,
      reached,
    });
    throw new StoreUnavailableError(
      `The ${operation} is done on the primary, and will be on the replicas, but ${reached} of ${wanted} ` +
        `stores have it after ${this.#settings.acknowledgeWithin} ms. Repeated, a revocation waits for them again.`,
    );
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    const tracked = work();
    this.#pending.add(tracked);
    try {
      return await tracked;
    } finally {
      this.#pending.delete(tracked);
    }
  }
}
