import { setTimeout as sleep } from "node:timers/promises";
import { type Store, StoreUnavailableError } from "@sojourn/core";
import { acts, type Actor } from "./acts.ts";
import { type Entry, History, isKnown } from "./entry.ts";
import { clock, createUsers } from "./users.ts";

export interface LoadOptions {
  /** How many calls are to be acknowledged at least; default 2,000, with SOJOURN_FULL=1 10,000. */
  readonly operations?: number;
  /** How many work at once, each on one of the stores by turns; default 8. */
  readonly clients?: number;
}

/** Clients that do what requests do, all at once, on few users. */
export interface Load {
  /** Where the users' sessions are. */
  readonly partitions: readonly string[];
  /** Resolves when this share of the operations has been acknowledged: 0.5, half of them. */
  reached(share: number): Promise<void>;
  /** Resolves when so many more of the calls have been acknowledged. */
  acknowledged(calls: number): Promise<void>;
  /** Resolves when so many more have been rejected. */
  rejected(calls: number): Promise<void>;
  /** Resolves when no call is under way. The next ones wait for `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** No more calls. Resolves when the last has ended. */
  halt(): Promise<void>;
  /** Goes on until there are enough calls, looks at everything through this store, and gives all. */
  finish(last: Store): Promise<Entry[]>;
}

/** For tests under load: there is no saying how long 10,000 calls take on a busy machine. */
export const SLOW: { readonly timeout: number } = { timeout: 300_000 };

const OPERATIONS = process.env.SOJOURN_FULL === "1" ? 10_000 : 2_000;

export function startLoad(
  stores: readonly Store[],
  { operations = OPERATIONS, clients = 8 }: LoadOptions = {},
): Load {
  const history = new History();
  const users = createUsers();
  const acknowledged = createCounter();
  const rejected = createCounter();
  let paused: PromiseWithResolvers<void> | undefined;
  let resting = 0;
  let ending = false;
  let halted = false;
  history.onEntry = (entry) => (isKnown(entry) ? acknowledged : rejected).add();

  async function work(i: number): Promise<void> {
    const store = history.of(stores[i % stores.length] as Store);
    const actor: Actor = { name: `${i}`, store, users, written: 0 };
    while (!halted && (!ending || acknowledged.count < operations)) {
      if (paused !== undefined) {
        resting++;
        await paused.promise;
        resting--;
      }
      if (!(await isDone(acts.any(actor)))) await recover(actor);
      // Whoever waits for something else is not to find a history without end.
      if (acknowledged.count >= operations) await sleep(20);
    }
  }

  /** A request that got a 503 tries nothing more, and its client asks again until there is an answer. */
  async function recover(actor: Actor): Promise<void> {
    do await sleep(10);
    while (!halted && paused === undefined && !(await isDone(acts.read(actor))));
  }

  const working = Promise.all(Array.from({ length: clients }, (_, i) => work(i)));
  working.catch(() => {});

  /** Whoever waits is not left waiting by a load that has failed. */
  async function orFail(reached: Promise<void>): Promise<void> {
    await Promise.race([reached, working]);
  }

  return {
    partitions: users.map(({ partition }) => partition),
    reached: (share) => orFail(acknowledged.reached(share * operations)),
    acknowledged: (calls) => orFail(acknowledged.reached(acknowledged.count + calls)),
    rejected: (calls) => orFail(rejected.reached(rejected.count + calls)),
    async pause() {
      paused = Promise.withResolvers();
      while (resting < clients) await sleep(1);
    },
    resume() {
      paused?.resolve();
      paused = undefined;
    },
    async halt() {
      halted = true;
      await working;
    },
    async finish(last) {
      ending = true;
      await working;
      const store = history.of(last);
      for (const { partition, all } of users) {
        await patiently(() => store.list(partition, clock(), { withData: true }));
        for (const ref of all) await patiently(() => store.read(ref, clock()));
      }
      return history.entries;
    },
  };
}

/** Until there is an answer: a client may have to learn first where the primary is now. */
async function patiently(look: () => Promise<unknown>): Promise<void> {
  while (!(await isDone(look()))) await sleep(20);
}

function createCounter() {
  let count = 0;
  let watchers: { readonly at: number; resolve(): void }[] = [];
  return {
    get count() {
      return count;
    },
    add() {
      count++;
      for (const { at, resolve } of watchers) if (count >= at) resolve();
      watchers = watchers.filter(({ at }) => count < at);
    },
    reached(at: number): Promise<void> {
      return new Promise((resolve) => {
        if (count >= at) resolve();
        else watchers.push({ at, resolve });
      });
    },
  };
}

/** False where the store says that it is away. Whatever else goes wrong is a bug. */
async function isDone(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return false;
    throw error;
  }
}
