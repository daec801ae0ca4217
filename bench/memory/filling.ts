/** A store in this process that sessions are put into. */
export interface Filling {
  /** What holds them. */
  readonly kept: unknown;
  /** `isShort`: it expires before the sweep. */
  put(i: number, now: number, isShort: boolean): unknown;
  /** Removes what has expired, so many; `between`: others' turn. Absent: it never does. */
  sweep?(expired: number, between: () => Promise<void>): Promise<void>;
}

/** ms that sessions live, the short ones and the others. */
const LIVES = { short: 1, long: 3_600_000 };

interface PeerStore {
  readonly kept: unknown;
  put(i: number, now: number, ttl: number): unknown;
  sweep?(now: number): Generator<void>;
}

/** A store of another library, or a `Map`. */
export async function fillPeer(name: string): Promise<Filling> {
  const file = new URL("../peers/memory-stores.js", import.meta.url).href;
  const { stores } = (await import(file)) as { stores: Record<string, () => PeerStore> };
  const store = await (stores[name] as () => PeerStore)();
  const { sweep } = store;
  return {
    kept: store.kept,
    put: (i, now, isShort) => store.put(i, now, isShort ? LIVES.short : LIVES.long),
    ...(sweep && {
      async sweep(_expired, between) {
        for (const _slice of sweep(Date.now() + 1_000)) await between();
      },
    }),
  };
}
