import type { SojournErrorCode, StoreOperation } from "@sojourn/core";

/**
 * What happened between the stores. A closed union: a `switch` over `type` narrows the rest. `store`
 * counts as configured: 0 is the store that was configured as primary, 1 the first replica.
 */
export type ReplicationEvent = {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly store: number;
} & (
  | { readonly type: "store_away"; readonly reason: SojournErrorCode | "error" }
  | { readonly type: "store_back" }
  /** The queue was full and has been dropped. The replica catches up by the primary's own log. */
  | { readonly type: "queue_overflow"; readonly dropped: number }
  /** The primary's log goes back no further, or one of the two has lost its own: all is looked through. */
  | { readonly type: "catch_up_restarted"; readonly reason: "too-old" | "history-lost" }
  /** The replica has all that the primary had. `looked`: states that were looked at for it. */
  | { readonly type: "caught_up"; readonly looked: number }
  /** The replica held what stands over the primary's. The primary has it now. */
  | { readonly type: "diverged"; readonly handles: readonly string[] }
  /** Two contents under one revision. The primary's stands from now on. */
  | { readonly type: "conflict"; readonly handles: readonly string[] }
  /** A state that cannot be copied, such as one to a store that is full. It is tried again when catching up. */
  | {
      readonly type: "state_refused";
      readonly handle: string | null;
      readonly reason: SojournErrorCode;
    }
  /** A write is on the primary, but not on as many replicas as it was to be. Its caller was told. */
  | {
      readonly type: "unacknowledged";
      readonly operation: StoreOperation;
      readonly wanted: number;
      readonly reached: number;
    }
  /** The store is the primary from now on. */
  | { readonly type: "promoted" }
);

export type ReplicationEventListener = (event: ReplicationEvent) => unknown;

type Without<Event, Key extends PropertyKey> = Event extends unknown ? Omit<Event, Key> : never;

export type Emit = (event: Without<ReplicationEvent, "at">) => void;

/** A listener that throws or rejects harms nobody, and nobody is told. */
export function createEmit(
  now: () => number,
  listener: ReplicationEventListener | undefined,
): Emit {
  return (event) => {
    if (listener === undefined) return;
    try {
      const heard = listener({ ...event, at: now() } as ReplicationEvent);
      if (heard instanceof Promise) heard.catch(() => {});
    } catch {
      // What a listener throws is its own affair.
    }
  };
}
