import { ConfigurationError, type SessionEvent } from "@sojourn/core";
import { guessing, watch } from "@sojourn/watch";
import { describe, expect, test } from "vitest";
import { from, times, watched } from "./harness.ts";

const MINUTE = 60_000;

describe("guessing", () => {
  test("a network that sends a hundred tokens that are none is alerted, once (ASVS 16.3.3)", async () => {
    const { guess, told, alerts } = watched([guessing()]);
    await times(99, (at) => guess(from(`192.0.2.${at}`)));
    expect(await told()).toEqual([]);
    await times(1_000, (at) => guess(from(`192.0.2.${at % 250}`)));
    expect(await told()).toEqual(["warning: guessing"]);
    expect(alerts[0]).toMatchObject({
      handle: null,
      userId: null,
      client: { address: "192.0.2.0/24" },
      evidence: {
        refused: 100,
        seconds: 600,
        from: "192.0.2.0/24",
        last: "token_refused: malformed",
      },
      done: [],
    });
  });

  test("as many from as many networks are not one network's", async () => {
    const { guess, told } = watched([guessing()]);
    await times(200, (at) => guess(from(`192.0.${at}.1`)));
    expect(await told()).toEqual([]);
  });

  test("a botnet that has a network for each guess is alerted all the same", async () => {
    const { guess, told, alerts } = watched([guessing({ everywhere: 300 })]);
    await times(300, (at) => guess(from(`192.${at % 250}.${Math.floor(at / 250)}.1`)));
    expect(await told()).toEqual(["warning: guessing"]);
    expect(alerts[0]?.evidence).toMatchObject({ from: "everywhere", refused: 300 });
  });

  test("what is spread over more than ten minutes is not", async () => {
    const { guess, told, clock } = watched([guessing()]);
    await times(30, async () => {
      await times(9, () => guess(from("192.0.2.1")));
      await clock.advance(MINUTE);
    });
    expect(await told()).toEqual([]);
  });

  test("one that goes on is alerted again after an hour, and not before", async () => {
    const { guess, told, clock } = watched([guessing()]);
    await times(59, async () => {
      await times(100, () => guess(from("192.0.2.1")));
      await clock.advance(MINUTE);
    });
    expect(await told()).toEqual(["warning: guessing"]);
    await clock.advance(MINUTE);
    await times(100, () => guess(from("192.0.2.1")));
    expect(await told()).toEqual(["warning: guessing", "warning: guessing"]);
  });

  test("tickets, grants and forged requests count as well", async () => {
    const { sessions, login, told, watcher } = watched([guessing({ most: 3 })]);
    const client = from("192.0.2.1");
    const { session } = await login("ada", client);
    await sessions.openTicket("no ticket", { client });
    await sessions.openTicket("none either", { client });
    expect(await told()).toEqual([]);
    const exchange = sessions.begin({
      cookie: null,
      secure: true,
      client,
      request: {
        method: "POST",
        path: "/transfer",
        ownOrigin: () => "https://app.test",
        header: (name) => (name === "sec-fetch-site" ? "cross-site" : null),
      },
    });
    expect(exchange.refusal?.code).toBe("cross-site");
    expect(await told()).toEqual(["warning: guessing"]);
    expect(session.ended).toBe(false);
    watcher.close();
  });

  test("what merely expired, was logged out or belongs to a locked session is no guess", async () => {
    const { sessions, login, told } = watched([guessing({ most: 2 })]);
    const client = from("192.0.2.1");
    await times(5, async () => {
      const { session, token } = await login("ada", client);
      await sessions.destroy(session);
      expect(await sessions.open(token, { client })).toBeNull();
    });
    expect(await told()).toEqual([]);
  });

  test("nothing of a token is in an alert (D6)", async () => {
    const { sessions, login, told, alerts } = watched([guessing({ most: 2 })]);
    const client = from("192.0.2.1");
    const { token, session } = await login("ada", client);
    await sessions.rotate(session);
    await times(2, () => sessions.open(token, { client }));
    expect(await told()).toEqual(["warning: guessing"]);
    // Of whoever guesses: not of the user whose session was named.
    expect(alerts[0]).toMatchObject({ handle: null, userId: null });
    const text = JSON.stringify(alerts);
    expect(text).not.toContain(token.slice(20, 40));
    expect(text).not.toContain("192.0.2.1");
  });

  test("an address that is not to be kept is in no alert", async () => {
    const options = { sessions: { client: { address: "none" } } } as const;
    const { guess, told, alerts } = watched([guessing({ most: 2 })], options);
    await times(2, () => guess(from("192.0.2.1")));
    expect(await told()).toEqual(["warning: guessing"]);
    expect(JSON.stringify(alerts)).not.toContain("192.0.2");
  });

  test.each([
    [{ most: 0 }, "guessing: most is 0. Write a whole number, 1 or more."],
    [{ everywhere: 1.5 }, "guessing: everywhere is 1.5."],
    [{ within: 10 }, "guessing: within is 10. Write ms, from 1000"],
    [
      { mots: 5 },
      'guessing has no option "mots". Options: most, everywhere, within, act, quietFor.',
    ],
    [{ quietFor: "1h" }, 'guessing: quietFor is "1h". Write ms'],
    [{ act: { revoke: "all" } }, 'guessing: act.revoke: write "session" or "user".'],
  ])("%o is refused when configured", (options, message) => {
    const configure = () => guessing(options as object);
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(message);
  });
});

describe("memory", () => {
  const sources = process.env.SOJOURN_FULL === "1" ? 1_000_000 : 200_000;

  test(`${sources} sources hold no more entries than was said`, () => {
    const watcher = watch({ detectors: [guessing()], maxEntries: 10_000 });
    let most = 0;
    for (let at = 0; at < sources; at++) {
      watcher.onEvent(refusal(at, `${at >> 16}.${(at >> 8) & 255}.${at & 255}.0/24`), null);
      if (at % 1_000 === 0) most = Math.max(most, watcher.entries);
    }
    // By network; one for everywhere; and what has been alerted.
    expect(most).toBeLessThanOrEqual(10_000 + 1 + 1);
    expect(watcher.entries).toBeGreaterThan(5_000);
  });
});

function refusal(at: number, address: string): SessionEvent {
  return {
    type: "token_refused",
    reason: "malformed",
    at: 1_800_000_000_000 + at,
    handle: null,
    userId: null,
    impersonator: null,
    client: { address, userAgent: null },
  };
}
