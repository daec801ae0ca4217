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
      if (signal?.aborted) return resolve();
      const timer = setTimeout(wake, ms);
      // Node and Bun give an object, Deno and Workers a number.
      if (options?.background) (timer as { unref?: () => void }).unref?.();
      signal?.addEventListener("abort", wake);
      function wake(): void {
        clearTimeout(timer);
        // A signal may see many sleeps.
        signal?.removeEventListener("abort", wake);
        resolve();
      }
    }),
};
