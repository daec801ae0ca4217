import {
  createSessions,
  type SessionEvent,
  type Sessions,
  type SessionsOptions,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient, fakeClock, type FakeClock, type TestClient } from "@sojourn/testing";

export const SECRETS = [
  "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
  "Hk2vSx9Tq4LrWb7ZnC1yEd6JmPf8GuQa5oXi0KtRsVw=",
] as const;

type Data = Record<string, unknown>;

export interface Harness {
  readonly sessions: Sessions<Data>;
  readonly clock: FakeClock;
  readonly events: SessionEvent[];
  readonly warnings: string[];
}

/** Sessions on a store in memory, with a clock that only the test moves. */
export function harness(options: Partial<SessionsOptions<Data>> = {}): Harness {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const warnings: string[] = [];
  const sessions = createSessions<Data>({
    store: memoryStore(),
    secret: SECRETS[0],
    clock,
    onEvent: (event) => events.push(event),
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { sessions, clock, events, warnings };
}

/** A browser at an application that says who is there, and signs in and out. */
export function browserAt(sessions: Sessions<Data>, now: () => number): TestClient {
  const fetch = sessions.fetch(async (request, { session }) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/login") {
      const policy = searchParams.get("policy");
      await session.login(searchParams.get("user") ?? "ada", {
        persistent: searchParams.has("persistent"),
        ...(policy !== null && { policy }),
      });
    }
    if (pathname === "/write") (await session.getOrCreate()).data["written"] = true;
    if (pathname === "/logout") await session.logout();
    const found = await session.get();
    return Response.json(found, { status: found === null ? 401 : 200 });
  });
  return createClient(fetch, { now });
}
