import { createSessions, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { type Alert, guessing, hijacking, type Locator, watch } from "@sojourn/watch";
import { describe, expect, test } from "vitest";
import { SECRET } from "../secret.ts";
import { from, times } from "./harness.ts";

const locator: Locator = { locate: () => null };

async function guess(sessions: Pick<Sessions, "begin">, address: string) {
  const exchange = sessions.begin({
    cookie: "__Host-id=guessed",
    secure: true,
    client: from(address),
  });
  await exchange.session.get();
  await exchange.finish();
}

// That twenty processes find together what none of them could alone is tested on a real Redis, in
// test/watch.node.test.ts.
describe("what processes tell each other", () => {
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

  test("what another process saw counts, unless it was long ago", async () => {
    const { powers } = memoryStore();
    const alerts: Alert[] = [];
    const clock = fakeClock();
    const watcher = watch({
      detectors: [guessing()],
      shared: powers,
      clock,
      onEvent: (event) => void (event.type === "alert" && alerts.push(event)),
    });
    const { onEvent } = watcher;
    const sessions = createSessions({ store: memoryStore(), secret: SECRET, clock, onEvent });
    await guess(sessions, "192.0.2.7");
    const sixth = Math.floor(clock.now() / 100_000);
    const heard = async (part: number, count: number) => {
      const item = ["guessing source", `${part} 192.0.2.0/24`, count];
      await powers.channel.publish("sojourn:watch:", JSON.stringify(["other", [item]]));
      await new Promise((resolve) => setTimeout(resolve, 10));
      await watcher.drain();
    };
    await heard(sixth - 6, 1_000);
    await heard(sixth, 98);
    expect(alerts).toEqual([]);
    await heard(sixth - 5, 1);
    expect(alerts).toMatchObject([{ evidence: { refused: 100 } }]);
    watcher.close();
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
