import type { Store } from "@sojourn/core";
import { show } from "./assert.ts";

/** The seven. */
export type Operation = Exclude<keyof Store, "powers">;

/** A call of a store, as data. */
export type Call = {
  [O in Operation]: readonly [operation: O, ...args: Parameters<Store[O]>];
}[Operation];

/** A store without the waiting. */
export type Synchronous<S> = {
  [O in keyof S]: S[O] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

export function perform(store: Store, call: Call): Promise<unknown>;
export function perform(store: Synchronous<Store>, call: Call): unknown;
export function perform(store: Store | Synchronous<Store>, [operation, ...args]: Call): unknown {
  return Reflect.apply(store[operation], store, args);
}

/** One text for outcomes that the contract does not tell apart. */
export function outcomeText(outcome: unknown): string {
  // Handles that went have no order.
  if (isHandles(outcome)) return show(outcome.toSorted());
  if (typeof outcome === "object" && outcome !== null && "evicted" in outcome) {
    const { evicted } = outcome;
    return show({ ...outcome, evicted: isHandles(evicted) ? evicted.toSorted() : evicted });
  }
  return show(outcome);
}

function isHandles(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
