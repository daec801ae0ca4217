import { ConfigurationError } from "@sojourn/core";
import { hijacking, type Locator } from "@sojourn/watch";
import { describe, expect, test } from "vitest";
import { FIREFOX, from, SAFARI, times, watched } from "./harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const PLACES: Readonly<Record<string, readonly [string, string, number, number, number | null]>> = {
  "192.0.2.1": ["Paris", "FR", 48.86, 2.35, 20],
  "192.0.2.2": ["Lyon", "FR", 45.76, 4.84, 20],
  "198.51.100.1": ["Tokyo", "JP", 35.68, 139.69, 50],
  "198.51.100.2": ["New York", "US", 40.71, -74.01, null],
  // Somewhere in Europe: as exact as many databases are of a mobile network.
  "198.51.100.3": ["", "DE", 51.0, 9.0, 1_000],
};

const locator: Locator = {
  locate(address) {
    const place = PLACES[address];
    if (place === undefined) return null;
    const [city, country, latitude, longitude, accuracyKm] = place;
    return { city, country, latitude, longitude, accuracyKm };
  },
};

describe("a renewed token that is used again (ASVS 7.4.1, CWE-384)", () => {
  test("is alerted as critical, with who presented it", async () => {
    const { sessions, login, told, alerts, clock } = watched([hijacking()]);
    const { token } = await login("ada", from("192.0.2.1"));
    await clock.advance(16 * MINUTE);
    const session = await sessions.open(token);
    const { token: renewed } = await sessions.commit(session!);
    await sessions.open(renewed!);
    await sessions.drain();
    await clock.advance(2 * MINUTE);
    await times(20, () => sessions.open(token, { client: from("203.0.113.9", SAFARI) }));
    expect(await told()).toEqual(["critical: hijacking"]);
    expect(alerts[0]).toMatchObject({
      userId: "ada",
      handle: session!.handle,
      evidence: {
        sign: "token-reuse",
        network: "203.0.113.0/24",
        userAgent: SAFARI,
        onReuse: "revoke",
      },
    });
  });
});

describe("another client than the session is bound to", () => {
  test("is alerted once, however often it comes", async () => {
    const binding = { userAgent: "family", onMismatch: "reject" } as const;
    const { sessions, login, told, alerts } = watched([hijacking()], { sessions: { binding } });
    const { token } = await login("ada", from("192.0.2.1", FIREFOX));
    await times(20, () => sessions.open(token, { client: from("192.0.2.1", SAFARI) }));
    expect(await told()).toEqual(["warning: hijacking"]);
    expect(alerts[0]?.evidence).toMatchObject({ sign: "binding-mismatch", part: "user-agent" });
  });

  test("a browser that updates itself is not", async () => {
    const { sessions, login, told } = watched([hijacking()]);
    const { token } = await login("ada", from("192.0.2.1", FIREFOX));
    const updated = FIREFOX.replaceAll("140", "141");
    await times(20, () => sessions.open(token, { client: from("192.0.2.1", updated) }));
    expect(await told()).toEqual([]);
  });
});

describe("one user in two places", () => {
  test("that nobody gets between in that time", async () => {
    const { login, told, alerts, clock } = watched([hijacking({ locator })]);
    await login("ada", from("192.0.2.1"));
    await clock.advance(2 * HOUR);
    await login("ada", from("198.51.100.1", SAFARI));
    expect(await told()).toEqual(["warning: hijacking"]);
    expect(alerts[0]?.evidence).toMatchObject({
      sign: "impossible-travel",
      from: "Paris, FR",
      to: "Tokyo, JP",
      // 9,713 km, less 20 and 50.
      km: expect.closeTo(9_640, -2),
      minutes: 120,
    });
  });

  test("is found within one session, too: that is a stolen token", async () => {
    const { sessions, login, told, clock, alerts } = watched([hijacking({ locator })]);
    const { token, session } = await login("ada", from("192.0.2.1"));
    await clock.advance(5 * MINUTE);
    await sessions.open(token, { client: from("198.51.100.1") });
    expect(await told()).toEqual(["warning: hijacking"]);
    expect(alerts[0]?.handle).toBe(session.handle);
  });

  test.each([
    ["a flight", "192.0.2.1", "198.51.100.1", 12 * HOUR],
    ["a train", "192.0.2.1", "192.0.2.2", MINUTE],
    ["a place that is known to a thousand km", "192.0.2.1", "198.51.100.3", MINUTE],
    ["an address that is nowhere", "192.0.2.1", "10.0.0.1", MINUTE],
  ])("%s is no alert", async (_, first, second, after) => {
    const { login, told, clock } = watched([hijacking({ locator })]);
    await login("ada", from(first));
    await clock.advance(after);
    await login("ada", from(second));
    expect(await told()).toEqual([]);
  });

  test("two users are no traveller, and neither is who acts for one", async () => {
    const { sessions, login, told } = watched([hijacking({ locator })], {
      sessions: { impersonation: true },
    });
    await login("ada", from("192.0.2.1"));
    await login("bob", from("198.51.100.1"));
    await sessions.login("ada", { client: from("198.51.100.2"), impersonator: "support" });
    expect(await told()).toEqual([]);
  });

  test.each([
    [{ minDistance: 0 }, "hijacking: minDistance is 0. Write a number of km above 0."],
    [{ maxSpeed: "fast" }, 'hijacking: maxSpeed is "fast".'],
    [{ mismatches: -1 }, "hijacking: mismatches is -1."],
  ])("%o is refused when configured", (options, message) => {
    const configure = () => hijacking(options as object);
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(message);
  });
});
