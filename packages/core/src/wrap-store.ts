import type { StorePowers } from "./powers.ts";
import type { PoweredStore, Store } from "./store.ts";

/** One operation of a store or of its powers: `read`, `once.redeem`. */
export type StoreOperation =
  | Exclude<keyof Store, "powers">
  | {
      [Power in keyof StorePowers]-?: `${Power}.${keyof Required<StorePowers>[Power] & string}`;
    }[keyof StorePowers];

/** Runs, or keeps from running, one call. */
export type AroundCall = <T>(run: () => Promise<T>, operation: StoreOperation) => Promise<T>;

/** What the operations are called; no two have one name. */
const NAMES = [
  "create",
  "read",
  "update",
  "delete",
  "list",
  "deleteAll",
  "sweep",
  "set",
  "get",
  "add",
  "find",
  "remove",
  "redeem",
  "publish",
  "subscribe",
  "states",
  "apply",
  "changesSince",
];

/** The same store, with the same powers and no others, and every operation run by `around`. */
export function wrapStore(store: Store, around: AroundCall): PoweredStore {
  const powers = Object.entries(store.powers ?? {}).map(([name, power]) => [
    name,
    wrap(power, around, `${name}.`),
  ]);
  return { ...wrap(store, around), powers: Object.fromEntries(powers) };
}

function wrap<T extends object>(target: T, around: AroundCall, prefix = ""): T {
  const operations = target as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const wrapped = NAMES.filter((name) => operations[name]).map((name) => [
    name,
    (...args: unknown[]) =>
      around(() => operations[name]!(...args), (prefix + name) as StoreOperation),
  ]);
  return Object.fromEntries(wrapped);
}
