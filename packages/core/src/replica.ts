import type { SessionRecord, SessionRef } from "./store.ts";

/**
 * The power to be a copy of another store, and to be copied. Between stores goes the present state of
 * a session, never the change that led to it. A state may come late, twice, or after newer ones: in the
 * end all stores that were given the same states hold the same.
 *
 * - A record has a revision, which is `max(its last one + 1, now)` after every write: of a touch or a
 *   renewal, too, which leave the version. So what a store writes that took over is newer than what the
 *   one before it had not passed on.
 * - A record that is deleted, replaced, evicted by a limit or ended by `deleteAll` leaves a tombstone,
 *   kept until the record's absolute deadline. One that expires, or yields to a need for room, leaves
 *   none.
 * - Of two states of one handle a tombstone stands over any record, else the higher revision stands.
 *   A handle is 128 random bits and comes once, so nothing is ever created where a tombstone is. (A
 *   store may let it be: to the seven operations a tombstone is as good as absent.)
 */
export interface ReplicaTarget {
  /**
   * What is there at these handles, as of one moment: a record with its data, a tombstone, or nothing
   * for what is absent. And the partition's stamp, if there is one.
   */
  states(partition: string, handles: readonly string[], now: number): Promise<ReplicaState[]>;

  /**
   * Takes those states that stand over what is there, each in one atomic step, and gives how many
   * changed something. Limits are not looked at. A record that has expired and is still there stands over
   * an older one, whose deadline may have been later. A tombstone that meets another, or a record, is kept
   * until the later deadline of the two.
   *
   * If it rejects, some may have been taken. Applying all again is harmless.
   */
  apply(states: readonly ReplicaState[], now: number): Promise<number>;

  /**
   * What has changed since an earlier call, from its `next` on; with null all that there is. So who
   * goes on until `more` is false has a full copy. `limit` bounds the changes of one call, and its work.
   *
   * Everything acknowledged before a call, by `apply` too, has been given when `more` is false. Each
   * change is given as the state is at some moment after it, or not at all if nothing is there by then.
   * A state may be given more than once, or though it did not change; a call may give few or none and
   * have `more`.
   */
  changesSince(cursor: string | null, limit: number, now: number): Promise<ChangesOutcome>;
}

export type ReplicaState =
  | SessionState
  /** The stamp that `deleteAll` left, for as long as it is kept. The later of two stands. */
  | { readonly kind: "not-before"; readonly partition: string; readonly notBefore: number };

export type SessionState =
  | { readonly kind: "record"; readonly record: SessionRecord; readonly revision: number }
  /** `expiresAt`: from when on it may be forgotten. */
  | { readonly kind: "tombstone"; readonly ref: SessionRef; readonly expiresAt: number };

export type ChangesOutcome =
  | {
      readonly status: "changes";
      readonly changes: readonly ReplicaState[];
      /** At most 512 characters, which only this store reads. */
      readonly next: string;
      readonly more: boolean;
    }
  /** The cursor is from before what is still known, or not from this store. Begin again with null. */
  | { readonly status: "too-old" };
