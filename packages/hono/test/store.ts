import type { Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

export const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";

/** A memory store that counts its calls by name, and whose reads or updates can be made to fail. */
export function watchedStore(): Store & { calls: string[]; failing: Set<string> } {
  const store = memoryStore();
  const calls: string[] = [];
  const failing = new Set<string>();
  function watched<Name extends keyof Store>(name: Name): Store[Name] {
    const operation = store[name] as (...args: unknown[]) => Promise<unknown>;
    return (async (...args: unknown[]) => {
      calls.push(name);
      if (failing.has(name)) throw new Error("The store is away.");
      return operation(...args);
    }) as unknown as Store[Name];
  }
  return {
    calls,
    failing,
    create: watched("create"),
    read: watched("read"),
    update: watched("update"),
    delete: watched("delete"),
    list: watched("list"),
    deleteAll: watched("deleteAll"),
    sweep: watched("sweep"),
  };
}
