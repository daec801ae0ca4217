import { type ReplicaState, StoreUnavailableError } from "@sojourn/core";
import { present, takeUp } from "./compare.ts";
import { mergeAll, placeOf, standsOver } from "./merge.ts";
import type { Pair } from "./pair.ts";
import { askMajority } from "./quorum.ts";
import { give } from "./send.ts";

/**
 * Brings a replica up to its primary by the primary's log, in bounded steps. The first time, and when
 * one of the two has lost its log, all is looked through, both ways; then only what changed since.
 *
 * - `pull`: what the replica has and the primary has not. A majority of the replicas is asked before it
 *   goes up, so that a session that one of them has ended does not come back by another.
 * - `check`: whether the replica still has what it had.
 * - `push`: what the primary has.
 */
export class CatchUp {
  readonly #pair: Pair;
  #phase: "pull" | "check" | "push" | "done" = "pull";
  /** Places in the logs of the replica and of the primary. Null: from the beginning. */
  #theirs: string | null = null;
  #ours: string | null = null;
  /** Whether this pass looks through all. */
  #full = true;
  /** Whether to begin again when this pass is over. */
  #again = false;
  /** Whether something was not pulled for want of a majority: then the next pass is a full one. */
  #skipped = false;
  #looked = 0;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  get isDone(): boolean {
    return this.#phase === "done";
  }

  /** There may be something that the replica has not been sent. */
  begin(): void {
    if (this.isDone) this.#phase = "check";
    else this.#again = true;
  }

  /** One step. Rejects if a store is away; then the same step is to be taken again. */
  async step(): Promise<void> {
    if (this.#phase === "pull") await this.#pull();
    else if (this.#phase === "check") await this.#check();
    else if (this.#phase === "push") await this.#push();
  }

  async #pull(): Promise<void> {
    const { replica, settings } = this.#pair;
    const now = settings.clock.now();
    const outcome = await replica.replica.changesSince(this.#theirs, settings.step, now);
    if (outcome.status === "too-old") {
      this.#theirs = null;
      return;
    }
    await this.#lookUp(outcome.changes);
    this.#looked += outcome.changes.length;
    this.#theirs = outcome.next;
    if (!outcome.more) this.#phase = "push";
  }

  /** Takes up to the primary what stands over what it has. */
  async #lookUp(changes: readonly ReplicaState[]): Promise<void> {
    const pair = this.#pair;
    const ours = mergeAll(await present(pair, pair.primary.replica, changes));
    const over = changes.filter((state) => standsOver(state, ours.get(placeOf(state))));
    if (over.length === 0) return;
    const needed = Math.min(pair.settings.majority, pair.replicas.length);
    try {
      const answers = await askMajority(pair.replicas, needed, ({ replica }) =>
        present(pair, replica, over),
      );
      await takeUp(pair, [...mergeAll(answers.flat()).values()]);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#skipped = true;
    }
  }

  async #check(): Promise<void> {
    const { replica, settings } = this.#pair;
    const outcome = await replica.replica.changesSince(this.#theirs, 1, settings.clock.now());
    if (outcome.status === "too-old") {
      this.#restart("history-lost");
    } else if (this.#skipped) {
      this.#restart();
    } else {
      this.#theirs = outcome.next;
      this.#phase = "push";
    }
  }

  async #push(): Promise<void> {
    const pair = this.#pair;
    const { primary, replica, settings, emit } = pair;
    const now = settings.clock.now();
    const outcome = await primary.replica.changesSince(this.#ours, settings.step, now);
    if (outcome.status === "too-old") {
      this.#restart("too-old");
      return;
    }
    // What the replica has and the primary has not, a full look has found already.
    await give(pair, outcome.changes, !this.#full);
    this.#looked += outcome.changes.length;
    this.#ours = outcome.next;
    if (outcome.more) return;
    this.#phase = this.#again ? "check" : "done";
    this.#again = false;
    this.#full = false;
    emit({ type: "caught_up", store: replica.number, looked: this.#looked });
    this.#looked = 0;
  }

  #restart(reason?: "too-old" | "history-lost"): void {
    this.#theirs = null;
    this.#ours = null;
    this.#full = true;
    this.#skipped = false;
    this.#phase = "pull";
    const { emit, replica } = this.#pair;
    if (reason !== undefined) {
      emit({ type: "catch_up_restarted", store: replica.number, reason });
    }
  }
}
