import type { ReplicationLag } from "../lag.ts";
import { CatchUp } from "./catch-up.ts";
import { Loop } from "./loop.ts";
import type { Pair } from "./pair.ts";
import { type Change, Queue, tell, type Waiting } from "./queue.ts";
import { send } from "./send.ts";

/** ms from the end of one pass of catching up to the next, if there is reason for one. */
const PAUSE = 1_000;

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
  /** Whether there is reason for another pass, and when the last was over. */
  #isBehind = false;
  #passedAt = -Infinity;
  #idle: (() => void)[] = [];

  constructor(pair: Pair) {
    const { settings } = pair;
    this.pair = pair;
    this.#catchUp = new CatchUp(pair);
    this.#behindSince = settings.clock.now();
    this.#sending = new Loop(() => this.#send(), settings);
    this.#catching = new Loop(
      () => this.#follow(),
      settings,
      () => this.#untilNextPass(),
    );
  }

  /** Begins, if it has not yet. */
  start(): void {
    this.#catching.start();
  }

  /** `waiting`: is told when what is now at these places has been sent, or is not going to be. */
  add(change: Change, waiting?: Waiting): void {
    this.#bound(change.handles.length + 1);
    this.#queue.add(change, this.#now(), waiting);
    this.#sending.wake();
  }

  /** There may be something to send that nobody has queued. */
  begin(since: number = this.#now()): void {
    this.#behindSince = Math.min(this.#behindSince, since);
    this.#isBehind = true;
    this.#catching.wake();
  }

  /** A store that was away is back: what was to be tried later is tried now. */
  retry(): void {
    this.begin();
    this.#sending.retry();
    this.#catching.retry();
  }

  lag(): ReplicationLag {
    const since = Math.min(this.#queue.since, this.#sendingSince, this.#behindSince);
    return {
      store: this.pair.replica.number,
      queued: this.#queue.size,
      oldest: since === Infinity ? 0 : Math.max(0, this.#now() - since),
      behind: this.#isBehind || !this.#catchUp.isDone,
      failures: this.#sending.failures + this.#catching.failures,
      ...this.pair.figures,
    };
  }

  get isIdle(): boolean {
    const isSending = this.#queue.size > 0 || this.#sendingSince !== Infinity;
    return !isSending && !this.#isBehind && this.#catchUp.isDone;
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
      for (const unsent of batch.values()) tell(unsent, true);
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
    if (this.#catchUp.isDone) {
      if (this.#untilNextPass() > 0) return false;
      this.#isBehind = false;
      this.#catchUp.begin();
    }
    await this.#catchUp.step();
    if (!this.#catchUp.isDone) return true;
    this.#passedAt = this.pair.settings.clock.own();
    if (!this.#isBehind) this.#behindSince = Infinity;
    this.#tellIdle();
    return false;
  }

  #untilNextPass(): number {
    const { catchUpEvery, clock } = this.pair.settings;
    const pause = this.#isBehind ? Math.min(PAUSE, catchUpEvery) : catchUpEvery;
    return this.#passedAt + pause - clock.own();
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
