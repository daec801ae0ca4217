import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import type { Filling } from "./filling.ts";

/** Sessions of users who signed in and whose secret has been renewed once, so that each has two hashes. */
export function fillOurs(perUser: number): Filling {
  let now = Date.now();
  const sessions = createSessions({
    store: memoryStore(),
    secret: "correct-horse-battery-staple-0123456789",
    timeouts: { default: { idle: "12h", absolute: "7d" }, short: { idle: "10m" } },
    clock: { now: () => now, sleep: () => Promise.resolve() },
  });
  return {
    kept: sessions,
    async put(i, _now, isShort) {
      const policy = isShort ? "short" : "default";
      const { session } = await sessions.login(`user${Math.floor(i / perUser)}`, { policy });
      await sessions.renew(session);
    },
    async sweep(expired, between) {
      now += 30 * 60_000;
      let swept = 0;
      while (swept < expired) {
        // As many as a sweep of more removes before it gives others their turn.
        swept += await sessions.sweep(100);
        await between();
      }
    },
  };
}
