import type { Pair } from "./pair.ts";
import { notePromotion, promotedAt } from "./promoted.ts";
import { reconcile } from "./reconcile.ts";
import { give } from "./send.ts";

/**
 * Brings a replica up to its primary by the logs of both, in bounded steps: first what the replica has
 * and the primary has not (`pull`), then what the primary has (`push`). The first time, and when one of
 * the two has lost its log, all is looked through; then only what changed since.
 */
export class CatchUp {
  readonly #pair: Pair;
  #phase: "pull" | "push" | "done" = "pull";
  /** Places in the logs of the replica and of the primary. Null: from the beginning. */
  #theirs: string | null = null;
  #ours: string | null = null;
  /** Whether something was not pulled for want of a majority: then the next pass pulls all. */
  #skipped = false;
  /** Of this pass: when the latest promotion was that the replica has been looked through since. */
  #markedAt: number | null = null;
  #looked = 0;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  get isDone(): boolean {
    return this.#phase === "done";
  }

  /** Another pass, after one that is done. */
  begin(): void {
    this.#markedAt = null;
    if (this.#skipped) this.#theirs = null;
    this.#skipped = false;
    this.#phase = "pull";
  }

  /** One step. Rejects if a store is away; then the same step is to be taken again. */
  async step(): Promise<void> {
    if (this.#phase === "pull") await this.#pull();
    else if (this.#phase === "push") await this.#push();
  }

  async #pull(): Promise<void> {
    const { primary, replica, settings } = this.#pair;
    this.#markedAt ??= await this.#learnPromotion();
    const now = settings.clock.now();
    const outcome = await replica.replica.changesSince(this.#theirs, settings.step, now);
    if (outcome.status === "too-old") {
      this.#forget("history-lost");
      return;
    }
    if (!(await reconcile(this.#pair, outcome.changes))) this.#skipped = true;
    this.#looked += outcome.changes.length;
    this.#theirs = outcome.next;
    if (outcome.more) return;
    if (!this.#skipped && this.#markedAt < primary.promotedAt) {
      await notePromotion(replica, primary.promotedAt);
    }
    this.#phase = "push";
  }

  async #learnPromotion(): Promise<number> {
    const { primary, replica } = this.#pair;
    const [ours, theirs] = await Promise.all([promotedAt(primary), promotedAt(replica)]);
    // Theirs is the later one where a promotion did not come to its end.
    if (ours < theirs) await notePromotion(primary, theirs);
    primary.promotedAt = Math.max(primary.promotedAt, ours, theirs);
    return theirs;
  }

  async #push(): Promise<void> {
    const { primary, replica, settings, emit } = this.#pair;
    const now = settings.clock.now();
    const outcome = await primary.replica.changesSince(this.#ours, settings.step, now);
    if (outcome.status === "too-old") {
      this.#forget("too-old");
      return;
    }
    await give(this.#pair, outcome.changes);
    this.#looked += outcome.changes.length;
    this.#ours = outcome.next;
    if (outcome.more) return;
    this.#phase = "done";
    emit({ type: "caught_up", store: replica.number, looked: this.#looked });
    this.#looked = 0;
  }

  /** One of the two may have lost more than its log. */
  #forget(reason: "too-old" | "history-lost"): void {
    this.#theirs = null;
    this.#ours = null;
    this.#phase = "pull";
    this.#pair.emit({ type: "catch_up_restarted", store: this.#pair.replica.number, reason });
  }
}
