import { type Store, wrapStore } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

export const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";

/** A memory store that counts its calls by name, and whose reads or updates can be made to fail. */
export function watchedStore(): Store & { calls: string[]; failing: Set<string> } {
  const calls: string[] = [];
  const failing = new Set<string>();
  const store = wrapStore(memoryStore(), async (run, operation) => {
    calls.push(operation);
    if (failing.has(operation)) throw new Error("The store is away.");
    return run();
  });
  return { ...store, calls, failing };
}
