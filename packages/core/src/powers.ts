import { InvalidDataError } from "./errors.ts";
import type { ReplicaTarget } from "./replica.ts";
import { byteLength, type SessionRef } from "./store.ts";

/**
 * What a store may be able to do beyond the seven operations. A power that a store does not have is
 * absent, never faked: who needs one looks for `store.powers?.once` when configured. For each there is
 * a suite in @sojourn/testing/suites: `testMarks`, `testReferences`, `testOnce`, `testChannel`,
 * `testReplicaTarget`.
 *
 * What `store.ts` says of time, of texts and of an unreachable store holds here too. Names, which are
 * those of marks, references and topics and the keys of `Once`, are any well-formed Unicode of at most
 * `NAME_BYTES`, "" too, and no two are one; another rejects with `InvalidDataError`. Who names things
 * after what a stranger wrote hashes it first: a store does not.
 */
export interface StorePowers {
  readonly marks?: Marks;
  readonly references?: References;
  readonly once?: Once;
  readonly channel?: Channel;
  readonly replica?: ReplicaTarget;
}

/** A stamp a name, kept for good: names are the application's own, and few. */
export interface Marks {
  /** Moves the mark forward, never back. Gives the one now in force: `at`, or a later one. */
  set(name: string, at: number): Promise<number>;

  /** The mark in force. Null: it was never set. */
  get(name: string): Promise<number | null>;
}

/**
 * Finds sessions by somebody else's name for them, such as an identity provider's. An entry outlives
 * its session and is harmless then: a store does not look whether a ref still leads anywhere.
 */
export interface References {
  /** Adds an entry that lives while `now < expiresAt`. Of one that is there the later deadline stays. */
  add(name: string, ref: SessionRef, expiresAt: number, now: number): Promise<void>;

  /**
   * Live entries, in no order; at most `limit`, default 1,000. Who removes those he is done with finds
   * the rest the next time: no entry is lost for being one too many.
   */
  find(name: string, now: number, limit?: number): Promise<SessionRef[]>;

  /** Removes these entries. One that is absent is not an error. */
  remove(name: string, refs: readonly SessionRef[]): Promise<void>;
}

/** Tells the first from all others: for grants and tickets that are good for one use. */
export interface Once {
  /**
   * True for the first call with this key, and false for all others while `now` is before the first
   * one's `expiresAt`; from then on the key is free again. `now >= expiresAt` is false and leaves
   * nothing. So give the deadline of what is redeemed.
   *
   * If it rejects, its fate is not known: count the key as spent, and do not try it again.
   */
  redeem(key: string, expiresAt: number, now: number): Promise<boolean>;
}

/**
 * Tells other processes, now: at most once, and in order what one publisher sends who awaits each.
 * Nothing is kept for those who are not there. So a message may hasten what would happen anyway, but
 * nothing may depend on one.
 */
export interface Channel {
  /**
   * Sends any well-formed Unicode of at most `MESSAGE_BYTES`; another rejects with `InvalidDataError`.
   * Waits for no listener.
   */
  publish(topic: string, message: string): Promise<void>;

  /**
   * Resolves once the subscription is in force, which it is until the signal aborts; from then on no
   * listener is called. Each subscription hears for itself, also what its own process publishes. A
   * listener that throws, rejects or hangs harms nobody, and nobody is told.
   */
  subscribe(topic: string, listener: Listener, options: SubscribeOptions): Promise<void>;
}

export type Listener = (message: string) => unknown;

export interface SubscribeOptions {
  /** Ends the subscription. Aborted from the start: there is none, and `subscribe` resolves. */
  readonly signal: AbortSignal;
  /**
   * Called when messages may have been missed, once the subscription is in force again: look yourself
   * at what you were to be told of.
   */
  readonly onGap: () => unknown;
}

/** Bytes of UTF-8 that a name may have. */
export const NAME_BYTES = 256;

/** Bytes of UTF-8 that a message may have. */
export const MESSAGE_BYTES = 4_096;

/** For a store: throws unless the text is well-formed and has at most `maxBytes`. */
export function checkText(text: string, maxBytes: number = NAME_BYTES): void {
  if (text.isWellFormed() && byteLength(text) <= maxBytes) return;
  throw new InvalidDataError(
    `A name or message is well-formed Unicode of at most ${maxBytes} bytes. Hash a longer name.`,
  );
}
