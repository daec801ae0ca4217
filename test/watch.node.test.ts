import { type Client, createSessions, type Sessions } from "@sojourn/core";
import { networkOf } from "@sojourn/net";
import { type RedisServer, startRedis } from "@sojourn/servers";
import { fakeClock } from "@sojourn/testing";
import { type Alert, churn, guessing, hijacking, type Locator, watch } from "@sojourn/watch";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../bench/redis/clients.ts";

const secret = randomBytes(32).toString("base64");

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** A client as the adapters tell it. */
function from(address: string): Client {
  const network = (ipv4: number, ipv6: number) => networkOf(address, { ipv4, ipv6 });
  return { address, userAgent: "Firefox", network };
}

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
async function instances(count: number, namespace: string) {
  const alerts: Alert[] = [];
  const clock = fakeClock();

  async function instance() {
    const { store, close } = await connect("ioredis", [server.port]);
    const watcher = watch({
      detectors: [guessing({ act: { throttle: 60_000 } }), churn(), hijacking({ locator })],
      shared: store.powers,
      namespace,
      clock,
      onEvent: (event) => void (event.type === "alert" && alerts.push(event)),
    });
    const { onEvent, throttle } = watcher;
    const sessions = watcher.use(
      createSessions({ store, secret, namespace, clock, onEvent, throttle }),
    );
    onTestFinished(async () => {
      watcher.close();
      await close();
    });
    return { watcher, sessions };
  }

  const all = await Promise.all(Array.from({ length: count }, instance));

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

async function guessOnAll(all: readonly { readonly sessions: Pick<Sessions, "begin"> }[]) {
  const guessed = all.map(({ sessions }) => guess(sessions, "192.0.2.7"));
  // Those that are held off are answered 429.
  await Promise.allSettled(guessed);
}

describe("an attack that is spread over twenty processes", () => {
  test("is one attack, and one alert, though none of them sees enough of it", async () => {
    const { all, alerts, drain } = await instances(PROCESSES, "spread");
    await drain();
    // Six a process: 120 together, of which a hundred are guessing.
    for (let round = 0; round < 6; round++) await guessOnAll(all);
    expect(alerts).toEqual([]);
    await drain();
    await expect.poll(() => alerts.length).toBe(1);
    for (let round = 0; round < 3; round++) {
      await guessOnAll(all);
      await drain();
    }
    expect(alerts).toMatchObject([
      { reason: "guessing", evidence: { from: "192.0.2.0/24" }, done: ["throttled"] },
    ]);
    // And all of them hold the network off, not only the one that raised it.
    await expect
      .poll(() => all.map(({ watcher }) => watcher.throttle(from("192.0.2.200")) !== null))
      .toEqual(Array(PROCESSES).fill(true));
  });

  test("a user's sessions, begun on each of them", async () => {
    const { all, alerts, drain } = await instances(PROCESSES, "churn");
    await drain();
    await Promise.all(
      all.map(({ sessions }, at) => sessions.login("ada", { client: from(`192.0.${at}.1`) })),
    );
    await drain();
    await expect.poll(() => alerts.length).toBe(1);
    expect(alerts[0]).toMatchObject({ reason: "churn", userId: "ada" });
  });

  test("a user in two places, each of which another process sees", async () => {
    const { all, alerts, drain, clock } = await instances(2, "travel");
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
});
