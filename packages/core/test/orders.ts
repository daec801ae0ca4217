import { type PoweredStore, type Store, wrapStore } from "@sojourn/core";
import type { FakeClock } from "@sojourn/testing";

/** A store each of whose calls waits until it is let go. */
export interface SteppedStore {
  readonly store: PoweredStore;
  readonly waiting: boolean;
  /** Lets the first that waits take effect, and whoever called do what it does next. */
  step(): Promise<void>;
}

export function steppedStore(base: Store): SteppedStore {
  const waiting: (() => void)[] = [];
  return {
    store: wrapStore(base, async (run) => {
      await new Promise<void>((go) => waiting.push(go));
      return run();
    }),
    get waiting() {
      return waiting.length > 0;
    },
    async step() {
      waiting.shift()?.();
      await settled();
    },
  };
}

export interface Scene {
  /** One a party. */
  readonly stores: readonly SteppedStore[];
  readonly clock: FakeClock;
  /** Once all is done. */
  check(): Promise<void>;
}

/**
 * Plays a scene once for each order in which the parties' store calls can take effect, and gives how
 * many there are. What is played has to be the same each time.
 */
export async function inEveryOrder(begin: () => Promise<Scene>): Promise<number> {
  const path: number[] = [];
  for (let runs = 1; ; runs++) {
    const widths = await play(await begin(), path);
    while (path.length > 0 && (path.at(-1) as number) + 1 === widths[path.length - 1]) path.pop();
    if (path.length === 0) return runs;
    path.push((path.pop() as number) + 1);
  }
}

/** Goes by the path, and on from its end by the first way; gives how many ways there were at each fork. */
async function play({ stores, clock, check }: Scene, path: number[]): Promise<number[]> {
  const widths: number[] = [];
  await settled();
  for (;;) {
    const ready = stores.filter(({ waiting }) => waiting);
    if (ready.length > 1) {
      const fork = widths.push(ready.length) - 1;
      path[fork] ??= 0;
      await (ready[path[fork]] as SteppedStore).step();
    } else if (ready.length === 1) {
      await (ready[0] as SteppedStore).step();
    } else if (clock.sleeping > 0) {
      // Somebody waits before another try.
      await clock.advance(100);
      await settled();
    } else {
      break;
    }
  }
  await check();
  return widths;
}

/** Whatever waits for promises only has got as far as it can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}
