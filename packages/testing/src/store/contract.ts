import type { SessionRef, Store } from "@sojourn/core";
import type { Scheduler } from "./scheduler.ts";

/** The store that a case runs against, and what may be done to it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Called when the case is over. */
  close?(): Promise<void>;
  /** Makes the backend unreachable. Without it the case that needs it is skipped, as with the next two. */
  disconnect?(): Promise<void>;
  /** Makes the backend take calls and never answer. */
  stall?(): Promise<void>;
  /** Damages what is stored under `ref`, so that it is no record any more. */
  damage?(ref: SessionRef): Promise<void>;
}

export interface StoreFactoryContext {
  readonly seed: number;
  /**
   * For a store whose inner steps can be held up, a simulation for instance: it awaits this before
   * each of them, and the suite explores every order. Others do without.
   */
  readonly step: () => Promise<void>;
}

/**
 * Called once a case. Stores may share a server, and find it as an earlier run left it: each case
 * keeps to partitions of its own. Only `sweep` looks further; run those cases one after the other.
 */
export type StoreFactory = (context: StoreFactoryContext) => Promise<StoreUnderTest>;

export interface StoreTestOptions {
  /**
   * How many combinations of up to four concurrent operations to try, drawn by the seed; default 60,
   * and with `SOJOURN_FULL=1` 200.
   * `all`: every one of them in every order, one step at a time. That is for stores in this process.
   */
  readonly interleavings?: "all" | number;
  /** False: what expires goes by itself, and `sweep` has nothing to give. Default true. */
  readonly sweeps?: boolean;
  /**
   * True: a random run does only what the core does. It creates nothing under a handle that was ended,
   * moves no deadline back, and its time goes forward. For a store of copies, in which a tombstone stands
   * over whatever comes later, and an older copy is one that ends earlier. Default false.
   */
  readonly handlesComeOnce?: boolean;
  /** What is drawn at random follows from it. Default 1. */
  readonly seed?: number;
}

export interface StoreCaseContext extends Required<StoreTestOptions> {
  readonly store: Store;
  readonly under: StoreUnderTest;
  readonly scheduler: Scheduler;
}

/** One thing that must be true of every store. */
export interface StoreCase {
  readonly title: string;
  /** What the store under test must offer, or the case cannot be run. */
  readonly needs?: "disconnect" | "stall" | "damage" | "sweeps";
  /** Rejects where the store breaks the contract. */
  run(context: StoreCaseContext): Promise<void>;
}
