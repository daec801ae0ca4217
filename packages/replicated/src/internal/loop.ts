import type { Settings } from "../options.ts";

/** What a loop does: one bounded step. Gives whether there is more to do. */
export type Work = () => Promise<boolean>;

/**
 * Works until there is nothing to do, then rests until it is woken. After a failure it waits, twice as
 * long each time, and only `retry` wakes it from that.
 */
export class Loop {
  readonly #work: Work;
  readonly #settings: Pick<Settings, "clock" | "backOff">;
  readonly #restFor: () => number | undefined;
  #running: Promise<void> | undefined;
  #sleeping: AbortController | undefined;
  #isResting = false;
  #woken = false;
  #closed = false;
  #failures = 0;

  /** `restFor`: ms after which it works again though nobody has woken it. */
  constructor(
    work: Work,
    settings: Pick<Settings, "clock" | "backOff">,
    restFor: () => number | undefined = () => undefined,
  ) {
    this.#work = work;
    this.#settings = settings;
    this.#restFor = restFor;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Begins, if it has not yet. */
  start(): void {
    if (!this.#closed) this.#running ??= this.#run();
  }

  /** There may be something to do. */
  wake(): void {
    this.start();
    this.#woken = true;
    // With a reason of one's own, since without it each abort makes an error and its stack.
    if (this.#isResting) this.#sleeping?.abort("woken");
  }

  /** What failed may succeed now. */
  retry(): void {
    this.#sleeping?.abort("retry");
  }

  /** Resolves when the step under way is over. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sleeping?.abort("closed");
    await this.#running;
  }

  async #run(): Promise<void> {
    // Not in the turn of the write that woke it.
    await Promise.resolve();
    while (!this.#closed) {
      this.#woken = false;
      try {
        const more = await this.#work();
        this.#failures = 0;
        if (more || this.#woken || this.#closed) continue;
        this.#isResting = true;
        await this.#sleep(this.#restFor());
        this.#isResting = false;
      } catch {
        // Who failed is noted where the stores are called.
        this.#failures++;
        const { first, longest } = this.#settings.backOff;
        if (!this.#closed) await this.#sleep(Math.min(longest, first * 2 ** (this.#failures - 1)));
      }
    }
  }

  async #sleep(ms: number | undefined): Promise<void> {
    const { signal } = (this.#sleeping = new AbortController());
    if (ms !== undefined) return this.#settings.clock.sleep(ms, signal, { background: true });
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
