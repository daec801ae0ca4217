import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { churn, manySessions, newDevice } from "@sojourn/watch";
import { describe, expect, test } from "vitest";
import { FIREFOX, from, SAFARI, times, watched } from "./harness.ts";

const DAY = 86_400_000;

describe("a login from a new device or network (ASVS 6.3.5)", () => {
  test("the first login of all is no alert, and neither is one like it", async () => {
    const { login, told } = watched([newDevice()]);
    await login("ada", from("192.0.2.1"));
    await login("ada", from("192.0.2.77"));
    await login("bob", from("198.51.100.1", SAFARI));
    expect(await told()).toEqual([]);
  });

  test("a new browser at home, and the known one elsewhere, are for the user to know", async () => {
    const { login, told, alerts } = watched([newDevice()]);
    await login("ada", from("192.0.2.1"));
    await login("ada", from("192.0.2.1", SAFARI));
    await login("ada", from("198.51.100.1", SAFARI));
    expect(await told()).toEqual(["info: new-device", "info: new-device"]);
    expect(alerts.map(({ evidence }) => evidence.new)).toEqual([["device"], ["network"]]);
    expect(alerts[1]).toMatchObject({ userId: "ada", client: { address: "198.51.100.0/24" } });
  });

  test("a new browser elsewhere is a warning", async () => {
    const { login, told } = watched([newDevice()]);
    await login("ada", from("192.0.2.1"));
    await login("ada", from("198.51.100.1", SAFARI));
    expect(await told()).toEqual(["warning: new-device"]);
  });

  test("what was used stays known, and an update makes no new browser", async () => {
    const { login, told, clock } = watched([newDevice()], { quietFor: 1_000 });
    await times(30, async (at) => {
      await login("ada", from("192.0.2.1", FIREFOX.replaceAll("140", `${140 + at}`)));
      await clock.advance(20 * DAY);
    });
    expect(await told()).toEqual([]);
  });

  test("who acts for a user has a device of their own", async () => {
    const { sessions, login, told } = watched([newDevice()], { sessions: { impersonation: true } });
    await login("ada", from("192.0.2.1"));
    const client = from("198.51.100.1", SAFARI);
    await sessions.login("ada", { client, impersonator: "support" });
    expect(await told()).toEqual([]);
  });

  describe("shared", () => {
    test("a process that has just started knows what another one has seen", async () => {
      const { powers } = memoryStore();
      const clock = fakeClock();
      const options = { shared: powers, clock };
      const first = watched([newDevice()], options);
      await first.login("ada", from("192.0.2.1"));
      await first.told();
      const second = watched([newDevice()], options);
      await second.login("ada", from("192.0.2.1"));
      expect(await second.told()).toEqual([]);
      await second.login("ada", from("192.0.2.1", SAFARI));
      expect(await second.told()).toEqual(["info: new-device"]);
    });

    test("in a new quarter of the year, too", async () => {
      const { powers } = memoryStore();
      const options = { shared: powers, clock: fakeClock(90 * DAY * 200) };
      const first = watched([newDevice()], options);
      await first.login("ada", from("192.0.2.1"));
      await first.told();
      await options.clock.advance(100 * DAY);
      const second = watched([newDevice()], options);
      await second.login("ada", from("192.0.2.1", SAFARI));
      expect(await second.told()).toEqual(["info: new-device"]);
    });

    test("for years, as long as it is used; and what is not used for long is new again", async () => {
      const { powers } = memoryStore();
      const clock = fakeClock();
      const options = { shared: powers, clock, quietFor: 1_000 };
      const told: string[] = [];
      // A process that starts anew each time: nothing but the store remembers.
      await times(40, async () => {
        const process = watched([newDevice()], options);
        await process.login("ada", from("192.0.2.1"));
        told.push(...(await process.told()));
        await clock.advance(50 * DAY);
      });
      expect(told).toEqual([]);
      const process = watched([newDevice()], options);
      await process.login("ada", from("192.0.2.1", SAFARI));
      await times(4, async () => {
        await clock.advance(60 * DAY);
        await process.login("ada", from("192.0.2.1"));
      });
      await process.login("ada", from("192.0.2.1", SAFARI));
      expect(await process.told()).toEqual(["info: new-device", "info: new-device"]);
    });
  });
});

describe("sessions that come and go too fast", () => {
  test("of one user, from wherever they come", async () => {
    const { login, told, alerts } = watched([churn()]);
    await times(19, (at) => login("ada", from(`192.0.${at}.1`)));
    expect(await told()).toEqual([]);
    await times(30, (at) => login("ada", from(`198.51.${at}.1`)));
    expect(await told()).toEqual(["warning: churn"]);
    expect(alerts[0]).toMatchObject({
      userId: "ada",
      evidence: { by: "user", what: "created", sessions: 20, seconds: 600 },
    });
  });

  test("from one network, anonymous ones too", async () => {
    const { sessions, told, alerts } = watched([churn({ perNetwork: 50 })]);
    await times(60, async (at) => {
      const exchange = sessions.begin({
        cookie: null,
        secure: true,
        client: from(`192.0.2.${at}`),
      });
      (await exchange.session.getOrCreate()).data.basket = [at];
      await exchange.finish();
    });
    expect(await told()).toEqual(["warning: churn"]);
    expect(alerts[0]).toMatchObject({
      userId: null,
      handle: null,
      evidence: { by: "network", sessions: 50, network: "192.0.2.0/24" },
    });
  });

  test("one click that ends a hundred sessions is none", async () => {
    const { sessions, login, told, clock } = watched([churn()]);
    await times(45, async (at) => {
      await login("ada", from(`192.0.2.${at}`));
      await clock.advance(60_000);
    });
    expect(await sessions.revokeAll("ada")).toBe(45);
    expect(await told()).toEqual([]);
  });

  test("logging in and out the whole day, as a person does, is none", async () => {
    const { sessions, login, told, clock } = watched([churn()]);
    await times(50, async () => {
      const { session } = await login("ada", from("192.0.2.1"));
      await sessions.destroy(session);
      await clock.advance(60_000);
    });
    expect(await told()).toEqual([]);
  });
});

describe("a user with many sessions", () => {
  test("past the limit that the core holds (ASVS 7.1.2)", async () => {
    const { login, told, alerts } = watched([manySessions()], { sessions: { maxPerUser: 3 } });
    await times(3, () => login("ada", from("192.0.2.1")));
    expect(await told()).toEqual([]);
    await times(5, () => login("ada", from("192.0.2.1")));
    expect(await told()).toEqual(["warning: many-sessions"]);
    expect(alerts[0]).toMatchObject({
      userId: "ada",
      evidence: { limit: "maxPerUser", onLimit: "evict" },
    });
  });

  test("past a limit of its own", async () => {
    const { login, told, alerts } = watched([manySessions({ most: 4 })]);
    await times(4, () => login("ada", from("192.0.2.1")));
    expect(await told()).toEqual([]);
    await login("ada", from("192.0.2.1"));
    expect(await told()).toEqual(["warning: many-sessions"]);
    expect(alerts[0]?.evidence).toMatchObject({ limit: 4, sessions: 5 });
  });
});
