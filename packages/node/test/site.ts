import { createSessions, type SessionsOptions } from "@sojourn/core";
import { onTestFinished } from "vitest";
import { secret } from "./secret.ts";
import type { Running } from "./server.ts";
import { testStore } from "./store.ts";

/** Sessions whose store a test can break. */
export function createSite(options: Partial<SessionsOptions> = {}) {
  const store = testStore();
  const sessions = createSessions({ store, secret, ...options });
  return {
    store,
    sessions,
    breakStore() {
      store.before = () => {
        throw new Error("down");
      };
    },
  };
}

/** Gets a path of a server that ends with the test. */
export function clientOf(server: Running) {
  onTestFinished(() => server.close());
  return async (path: string, init: RequestInit = {}) => {
    const response = await server.fetch(new Request(`http://localhost${path}`, init));
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
}
