import { createSessions, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { redisStore } from "@sojourn/redis";
import { type RedisServer, startRedis } from "@sojourn/servers";
import { fakeClock } from "@sojourn/testing";
import { type Alert, churn, guessing, hijacking, type Locator, watch } from "@sojourn/watch";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { SECRET } from "../secret.ts";
import { from, times } from "./harness.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

const PROCESSES = 20;

const locator: Locator = {
  locate: (address) => ({
    country: null,
    city: address,
    latitude: address.startsWith("192") ? 48.86 : 35.68,
    longitude: address.startsWith("192") ? 2.35 : 139.69,
    accuracyKm: 20,
  }),
};

/** So many servers, each with connections of its own, and what they tell together. */
function instances(count: number, namespace: string) {
  const alerts: Alert[] = [];
  const clock = fakeClock();
  const all = Array.from({ length: count }, () => {
    const client = new Redis(server.url);
    const store = redisStore(client, { prefix: `${namespace}:` });
    const watcher = watch({
      detectors: [guessing({ act: { throttle: 60_000 } }), churn(), hijacking({ locator })],
      shared: store.powers,
      clock,
      onEvent: (event) => void (event.type === "alert" && alerts.push(event)),
    });
    const { onEvent, throttle } = watcher;
    const sessions = watcher.use(
      createSessions({ store, secret: SECRET, clock, onEvent, throttle }),
    );
    onTestFinished(async () => {
      watcher.close();
      await store.close();
      client.disconnect();
    });
    return { watcher, sessions };
  });

  /** Each tells the others what it has seen. */
  async function drain(): Promise<void> {
    await Promise.all(all.map(({ watcher }) => watcher.drain()));
  }

  return { all, alerts, drain, clock };
}

async function guess(sessions: Pick<Sessions, "begin">, address: string) {
  const exchange = sessions.begin({
    cookie: "__Host-id=guessed",
    secure: true,
    client: from(address),
  });
  await exchange.session.get();
  await exchange.finish();
}

describe("an attack that is spread over twenty processes", () => {
  test("is one attack, and one alert, though none of them sees enough of it", async () => {
    const { all, alerts, drain } = instances(PROCESSES, "spread");
    await drain();
    // Six a process: 120 together, of which a hundred are guessing.
    await times(6, () => Promise.all(all.map(({ sessions }) => guess(sessions, "192.0.2.7"))));
    expect(alerts).toEqual([]);
    await drain();
    await expect.poll(() => alerts.length).toBe(1);
    await times(3, async () => {
      await Promise.all(all.map(({ sessions }) => guess(sessions, "192.0.2.7")));
      await drain();
    });
    expect(alerts).toMatchObject([
      { reason: "guessing", evidence: { from: "192.0.2.0/24" }, done: ["throttled"] },
    ]);
    // And all of them hold the network off, not only the one that raised it.
    await expect
      .poll(() => all.map(({ watcher }) => watcher.throttle(from("192.0.2.200")) !== null))
      .toEqual(Array(PROCESSES).fill(true));
  });

  test("a user's sessions, begun on each of them", async () => {
    const { all, alerts, drain } = instances(PROCESSES, "churn");
    await drain();
    await Promise.all(
      all.map(({ sessions }, at) => sessions.login("ada", { client: from(`192.0.${at}.1`) })),
    );
    await drain();
    await expect.poll(() => alerts.length).toBe(1);
    expect(alerts[0]).toMatchObject({ reason: "churn", userId: "ada" });
  });

  test("a user in two places, each of which another process sees", async () => {
    const { all, alerts, drain, clock } = instances(2, "travel");
    const [paris, tokyo] = all;
    await drain();
    const { token } = await paris!.sessions.login("ada", { client: from("192.0.2.1") });
    await clock.advance(60_000);
    await tokyo!.sessions.open(token, { client: from("198.51.100.1") });
    await drain();
    await expect.poll(() => alerts.length).toBe(1);
    expect(alerts[0]).toMatchObject({
      reason: "hijacking",
      userId: "ada",
      evidence: { sign: "impossible-travel", from: "192.0.2.1", to: "198.51.100.1" },
    });
  });

  test("costs at most one telling a second of each process, however many there are", async () => {
    const { powers } = memoryStore();
    const clock = fakeClock();
    let messages = 0;
    const channel = {
      ...powers.channel,
      async publish(topic: string, message: string) {
        messages++;
        await powers.channel.publish(topic, message);
      },
    };
    const watcher = watch({
      detectors: [guessing()],
      shared: { ...powers, channel },
      clock,
    });
    const { onEvent } = watcher;
    const sessions = createSessions({ store: memoryStore(), secret: SECRET, clock, onEvent });
    await times(1_000, () => guess(sessions, "192.0.2.7"));
    await clock.advance(1_000);
    expect(messages).toBe(1);
    // From three thousand networks in a second: what does not fit waits, and goes next.
    await times(3_000, (at) => guess(sessions, `10.${at >> 8}.${at & 255}.1`));
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(messages).toBeLessThanOrEqual(1 + 8);
  });

  test("an alert is raised by each where the store is away: rather twenty than none", async () => {
    const { powers } = memoryStore();
    const once = { redeem: () => Promise.reject(new Error("away")) };
    const alerts: Alert[] = [];
    const clock = fakeClock();
    await times(2, async () => {
      const watcher = watch({
        detectors: [guessing({ most: 2 })],
        shared: { ...powers, once },
        clock,
        onEvent: (event) => void (event.type === "alert" && alerts.push(event)),
      });
      const { onEvent } = watcher;
      const sessions = createSessions({ store: memoryStore(), secret: SECRET, clock, onEvent });
      await times(2, () => guess(sessions, "192.0.2.7"));
      await watcher.drain();
      watcher.close();
    });
    expect(alerts).toHaveLength(2);
  });

  test("messages that are none of ours are passed over", async () => {
    const { powers } = memoryStore();
    const warnings: string[] = [];
    const watcher = watch({
      detectors: [guessing({ most: 2 }), hijacking({ locator })],
      shared: powers,
      onWarning: (message) => warnings.push(message),
    });
    await watcher.drain();
    const item = (...parts: unknown[]) => JSON.stringify(["other", [parts]]);
    for (const message of [
      "",
      "{",
      "null",
      "[]",
      '["other",7]',
      '["other",[7,null,[]]]',
      item("guessing source", "x y", 1),
      item("guessing source", "1 y", "many"),
      item("guessing source", "1 y", -5),
      item("hijacking place", "ada", { latitude: "north" }),
      item("throttle", "192.0.2.0/24", Infinity),
      item("throttle", "192.0.2.0/24", 1e300),
      item("no such", "x", 1),
    ]) {
      await powers.channel.publish("sojourn:watch:", message);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(warnings).toEqual([]);
    expect(watcher.entries).toBe(0);
    expect(watcher.throttle(from("192.0.2.1"))).toBeNull();
  });
});
