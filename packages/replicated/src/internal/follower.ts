import type { ReplicationLag } from "../lag.ts";
import { CatchUp } from "./catch-up.ts";
import { Loop } from "./loop.ts";
import type { Pair } from "./pair.ts";
import { type Change, Queue } from "./queue.ts";
import { send } from "./send.ts";

/** Keeps one replica up to date: sends what this process changed, and catches up with all else. */
export class Follower {
  readonly pair: Pair;
  readonly #queue = new Queue();
  readonly #catchUp: CatchUp;
  readonly #sending: Loop;
  readonly #catching: Loop;
  /** When what is being sent was queued, and when what is being caught up with may have begun. */
  #sendingSince = Infinity;
  #behindSince: number;
  #idle: (() => void)[] = [];

  constructor(pair: Pair) {
    const { settings } = pair;
    this.pair = pair;
    this.#catchUp = new CatchUp(pair);
    this.#behindSince = settings.clock.now();
    this.#sending = new Loop(() => this.#send(), settings);
    this.#catching = new Loop(() => this.#follow(), settings, settings.catchUpEvery);
  }

  /** Begins, if it has not yet. */
  start(): void {
    this.#catching.start();
  }

  /** `waiting`: is told when what is now at these places has been sent, or is not going to be. */
  add(change: Change, waiting?: (sent: boolean) => void): void {
    this.#bound(change.handles.length + 1);
    this.#queue.add(change, this.#now(), waiting);
    this.#sending.wake();
  }

  /** There may be something to send that nobody has queued. */
  begin(since: number = this.#now()): void {
    this.#behindSince = Math.min(this.#behindSince, since);
    this.#catchUp.begin();
    this.#catching.wake();
  }

  lag(): ReplicationLag {
    const since = Math.min(this.#queue.since, this.#sendingSince, this.#behindSince);
    return {
      store: this.pair.replica.number,
      queued: this.#queue.size,
      oldest: since === Infinity ? 0 : Math.max(0, this.#now() - since),
      behind: !this.#catchUp.isDone,
      failures: this.#sending.failures + this.#catching.failures,
      ...this.pair.figures,
    };
  }

  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#sendingSince === Infinity && this.#catchUp.isDone;
  }

  /** Resolves when nothing is queued and nothing is to be caught up with. */
  async idle(): Promise<void> {
    while (!this.isIdle) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    await Promise.all([this.#sending.close(), this.#catching.close()]);
    this.#queue.drop();
  }

  async #send(): Promise<boolean> {
    if (this.#queue.size === 0) return false;
    this.#sendingSince = this.#queue.since;
    const batch = this.#queue.take(this.pair.settings.step);
    try {
      await send(this.pair, batch);
      for (const { waiting } of batch.values()) for (const tell of waiting) tell(true);
    } catch (error) {
      this.#queue.putBack(batch);
      this.#bound();
      throw error;
    } finally {
      this.#sendingSince = Infinity;
      this.#tellIdle();
    }
    return this.#queue.size > 0;
  }

  async #follow(): Promise<boolean> {
    if (this.#catchUp.isDone) this.#catchUp.begin();
    await this.#catchUp.step();
    if (!this.#catchUp.isDone) return true;
    this.#behindSince = Infinity;
    this.#tellIdle();
    return false;
  }

  /** Drops a queue that is too long: the primary's log has it all. */
  #bound(more: number = 0): void {
    const { settings, figures, emit, replica } = this.pair;
    if (this.#queue.size === 0 || this.#queue.size + more <= settings.maxQueued) return;
    const { since } = this.#queue;
    const dropped = this.#queue.drop();
    figures.overflows++;
    emit({ type: "queue_overflow", store: replica.number, dropped });
    this.begin(since);
  }

  #tellIdle(): void {
    if (!this.isIdle) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #now(): number {
    return this.pair.settings.clock.now();
  }
}
