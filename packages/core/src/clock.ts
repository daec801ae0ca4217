/** Where the core gets its time from. Injected for tests only; the default is the real one. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms`, or at once when `signal` aborts; it never rejects. `background`: it keeps no
   * process alive, where the platform can do without.
   */
  sleep(
    ms: number,
    signal?: AbortSignal,
    options?: { readonly background?: boolean },
  ): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal, options) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      // Node and Bun give an object, Deno and Workers a number.
      if (options?.background) (timer as { unref?: () => void }).unref?.();
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
