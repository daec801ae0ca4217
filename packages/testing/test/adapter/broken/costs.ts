import type { Store } from "@sojourn/core";
import { type BrokenSessions, brokenExchange, brokenOptions, brokenRequest } from "./broken.ts";

export const brokenCosts: readonly BrokenSessions[] = [
  {
    defect: "reads the session without being asked",
    violates: [9],
    make: () =>
      brokenExchange((exchange) => {
        exchange.session.peek().catch(() => {});
        return {};
      }),
  },
  {
    defect: "asks the store about everybody",
    violates: [9],
    make: () =>
      brokenRequest((session, { store }) => ({
        async get() {
          await ask(store);
          return session.get();
        },
        async peek() {
          await ask(store);
          return session.peek();
        },
      })),
  },
  {
    defect: "reads again before it writes, and whether it writes or not",
    violates: [9],
    make: () =>
      brokenExchange((exchange, { store }) => ({
        async finish(result) {
          await ask(store);
          await exchange.finish(result);
        },
      })),
  },
  {
    defect: "stores a session that nothing was written to",
    violates: [9],
    make: () =>
      brokenRequest((session) => ({
        async getOrCreate() {
          const known = await session.peek();
          const given = await session.getOrCreate();
          if (!known) given.data["created"] = true;
          return given;
        },
      })),
  },
  {
    defect: "sets a cookie with whatever it reads",
    violates: [9],
    make: () => brokenOptions(() => ({ timeouts: { renewal: 1000, grace: 250 } })),
  },
];

async function ask(store: Store): Promise<void> {
  await store.read({ partition: "A".repeat(16), handle: "A".repeat(22) }, 0);
}
