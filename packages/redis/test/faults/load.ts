import { setTimeout as sleep } from "node:timers/promises";
import { type Store, StoreUnavailableError } from "@sojourn/core";
import { acts, type Actor } from "./acts.ts";
import { type Entry, History, isKnown } from "./entry.ts";
import { clock, createUsers } from "./users.ts";

export interface LoadOptions {
  /** How many calls are to be acknowledged; default 2,000, with SOJOURN_FULL=1 10,000. */
  readonly operations?: number;
  /** How many work at once, each on one of the stores by turns; default 8. */
  readonly clients?: number;
}

/** Clients that do what requests do, all at once, on few users. */
export interface Load {
  /** Resolves when this share of the operations has been acknowledged: 0.5, half of them. */
  reached(share: number): Promise<void>;
  /** Resolves when no call is under way. The next ones wait for `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Resolves to all that happened, with a last look at everything through this store. */
  finish(last: Store): Promise<Entry[]>;
}

const OPERATIONS = process.env.SOJOURN_FULL === "1" ? 10_000 : 2_000;

export function startLoad(
  stores: readonly Store[],
  { operations = OPERATIONS, clients = 8 }: LoadOptions = {},
): Load {
  const history = new History();
  const users = createUsers();
  let acknowledged = 0;
  let watchers: { readonly at: number; resolve(): void }[] = [];
  let paused: PromiseWithResolvers<void> | undefined;
  let resting = 0;

  history.onEntry = (entry) => {
    if (!isKnown(entry)) return;
    acknowledged++;
    const [due = [], rest = []] = [true, false].map((isDue) =>
      watchers.filter(({ at }) => acknowledged >= at === isDue),
    );
    watchers = rest;
    for (const { resolve } of due) resolve();
  };

  async function work(i: number): Promise<void> {
    const store = history.of(stores[i % stores.length] as Store);
    const actor: Actor = { name: `${i}`, store, users, written: 0 };
    while (acknowledged < operations) {
      if (paused !== undefined) {
        resting++;
        await paused.promise;
        resting--;
      }
      if (!(await isDone(acts.any(actor)))) await recover(actor);
    }
  }

  /** A request that got a 503 tries nothing more, and its client asks again until there is an answer. */
  async function recover(actor: Actor): Promise<void> {
    do await sleep(10);
    while (paused === undefined && !(await isDone(acts.read(actor))));
  }

  const working = Promise.all(Array.from({ length: clients }, (_, i) => work(i)));
  // Whoever waits hears of it.
  working.catch(() => {});

  return {
    async reached(share) {
      const { promise, resolve } = Promise.withResolvers<void>();
      watchers.push({ at: share * operations, resolve });
      await Promise.race([promise, working]);
    },
    async pause() {
      paused = Promise.withResolvers();
      while (resting < clients) await Promise.race([sleep(1), working.then(() => sleep(1))]);
    },
    resume() {
      paused?.resolve();
      paused = undefined;
    },
    async finish(last) {
      await working;
      const store = history.of(last);
      for (const { partition, all } of users) {
        await store.list(partition, clock(), { withData: true });
        for (const ref of all) await store.read(ref, clock());
      }
      return history.entries;
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
