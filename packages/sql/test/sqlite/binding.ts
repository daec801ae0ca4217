import type { D1Binding, D1Statement } from "@sojourn/sql/sqlite";

/** What becomes of a call. */
export type Fate = "answered" | "refused" | "never answered";

/**
 * A D1 binding in front of another one. Cloudflare's network is not at hand to be cut off; so this
 * rejects as the real one does, or leaves its caller waiting.
 */
export function cutOff(binding: D1Binding): D1Binding & { fate: Fate; calls: string[] } {
  const inner = new WeakMap<object, unknown>();
  const front = {
    fate: "answered" as Fate,
    /** Calls that went over the network. */
    calls: [] as string[],
    prepare(sql: string): D1Statement {
      return {
        bind(...values) {
          const bound = binding.prepare(sql).bind(...values);
          const statement = { all: () => call("all", () => bound.all()) };
          inner.set(statement, bound);
          return statement;
        },
      };
    },
    batch: (statements: object[]) =>
      call("batch", () => binding.batch(statements.map((one) => inner.get(one)))),
  };

  function call<T>(name: string, answer: () => Promise<T>): Promise<T> {
    front.calls.push(name);
    if (front.fate === "answered") return answer();
    if (front.fate === "never answered") return new Promise(() => {});
    return Promise.reject(new Error("D1_ERROR: Network connection lost."));
  }

  return front;
}
