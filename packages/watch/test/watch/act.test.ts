import { ConfigurationError, createSessions, ThrottledError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { type Detector, guessing, hijacking, newDevice, watch } from "@sojourn/watch";
import { describe, expect, test } from "vitest";
import { SECRET } from "../secret.ts";
import { from, SAFARI, times, watched } from "./harness.ts";

const MINUTE = 60_000;
const HOME = from("192.0.2.1");
const AWAY = from("198.51.100.1", SAFARI);

describe("an alert that acts", () => {
  test("revokes the session that it names, and says so", async () => {
    const act = { revoke: "session" } as const;
    const { sessions, login, told, alerts } = watched([newDevice({ act })]);
    const { token } = await login("ada", HOME);
    const { token: second } = await login("ada", AWAY);
    expect(await told()).toEqual(["warning: new-device"]);
    expect(alerts[0]?.done).toEqual(["session-revoked"]);
    expect(await sessions.peek(second)).toBeNull();
    expect(await sessions.peek(token)).not.toBeNull();
  });

  test("or all of the user's", async () => {
    const act = { revoke: "user" } as const;
    const { sessions, login, told, alerts } = watched([newDevice()], { act });
    await login("ada", HOME);
    await login("ada", AWAY);
    await login("bob", AWAY);
    await told();
    expect(alerts[0]?.done).toEqual(["user-revoked"]);
    expect((await sessions.list("ada")).sessions).toEqual([]);
    expect((await sessions.list("bob")).sessions).toHaveLength(1);
  });

  test("has the user authenticate again before the session can be read", async () => {
    const act = { requireReauthentication: true };
    const { sessions, login, told, alerts } = watched([newDevice({ act })]);
    await login("ada", HOME);
    const { token } = await login("ada", AWAY);
    await told();
    expect(alerts[0]?.done).toEqual(["reauthentication-required"]);
    expect(await sessions.peek(token)).toBeNull();
    const { sessions: listed } = await sessions.list("ada");
    expect(listed.map(({ locked }) => locked).sort()).toEqual([null, "requested"]);
  });

  test("throttles the network, and the store is not asked", async () => {
    const act = { throttle: 5 * MINUTE };
    const { request, guess, login, told, alerts, events, clock, sessions, watcher } = watched([
      guessing({ most: 5, act }),
    ]);
    const { token } = await login("ada", HOME);
    const cookie = `__Host-id=${token}`;
    await times(5, () => guess(from("192.0.2.99")));
    await told();
    expect(alerts[0]?.done).toEqual(["throttled"]);
    const refused = await request(HOME, cookie).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ThrottledError);
    expect((refused as ThrottledError).getResponse().headers.get("retry-after")).toBe("300");
    await expect(login("ada", HOME)).rejects.toThrow(ThrottledError);
    expect(events.filter(({ type }) => type === "source_throttled")).toHaveLength(2);
    expect((await request(AWAY, cookie))?.userId).toBe("ada");
    await clock.advance(5 * MINUTE);
    expect((await request(HOME, cookie))?.userId).toBe("ada");
    expect(watcher.throttle({ address: null, userAgent: null })).toBeNull();
    await sessions.drain();
  });

  test("decides by what it says", async () => {
    const { login, told, alerts } = watched([newDevice()], {
      act: ({ severity }) => (severity === "warning" ? { revoke: "session" } : null),
    });
    await login("ada", HOME);
    await login("ada", from("192.0.2.1", SAFARI));
    await login("ada", from("203.0.113.1", "curl/8"));
    await told();
    expect(alerts.map(({ severity, done }) => [severity, ...done])).toEqual([
      ["info"],
      ["warning", "session-revoked"],
    ]);
  });

  test("is told all the same where the store is away, and says what failed", async () => {
    const act = { revoke: "session" } as const;
    const { sessions, watcher, login, told, alerts } = watched([newDevice({ act })]);
    await login("ada", HOME);
    watcher.use({ ...sessions, revoke: () => Promise.reject(new Error("away")) });
    await login("ada", AWAY);
    await told();
    expect(alerts[0]?.done).toEqual(["session-revoked-failed"]);
  });

  test("and where the store never answers", async () => {
    const act = { revoke: "session" } as const;
    const { sessions, watcher, login, alerts, clock } = watched([newDevice({ act })]);
    await login("ada", HOME);
    watcher.use({ ...sessions, revoke: () => new Promise(() => {}) });
    await login("ada", AWAY);
    await sessions.drain();
    await clock.advance(4_999);
    expect(alerts).toEqual([]);
    await clock.advance(1);
    expect(alerts[0]?.done).toEqual(["session-revoked-pending"]);
  });

  test("without sessions warns of what is missing, once", async () => {
    const warnings: string[] = [];
    const clock = fakeClock();
    const watcher = watch({
      detectors: [newDevice({ act: { revoke: "session" } })],
      onWarning: (message) => warnings.push(message),
      clock,
      quietFor: 1_000,
    });
    const { onEvent } = watcher;
    const sessions = createSessions({ store: memoryStore(), secret: SECRET, clock, onEvent });
    await sessions.login("ada", { client: HOME });
    await sessions.login("ada", { client: AWAY });
    await sessions.login("ada", { client: from("203.0.113.1", "curl/8") });
    await watcher.drain();
    expect(warnings).toEqual([
      "An alert cannot act: give the watcher its sessions, watcher.use(createSessions(...)).",
    ]);
  });
});

describe("the stream", () => {
  test("has every event, in order, and the alerts in it", async () => {
    const { login, told, events } = watched([newDevice()]);
    await login("ada", HOME);
    await login("ada", AWAY);
    await told();
    expect(events.map(({ type }) => type)).toEqual(["session_created", "session_created", "alert"]);
  });

  test("goes on where a listener, a detector or an act throws", async () => {
    const broken: Detector = {
      name: "broken",
      begin: () => () => {
        throw new Error("broken");
      },
    };
    const warnings: string[] = [];
    const { login, told, watcher } = watched([broken, newDevice()], {
      act: () => {
        throw new Error("no");
      },
      onWarning: (message) => warnings.push(message),
    });
    await login("ada", HOME);
    await login("ada", AWAY);
    expect(await told()).toEqual(["warning: new-device"]);
    expect(warnings).toEqual([
      "The detector broken failed: Error.",
      "The act of the detector new-device failed. Its alert is told all the same.",
    ]);
    watcher.close();
  });

  test("a listener that throws is reported and changes nothing", async () => {
    const warnings: string[] = [];
    const { login } = watched([newDevice()], {
      onEvent: () => {
        throw new TypeError("a secret in a message");
      },
      onWarning: (message) => warnings.push(message),
    });
    await login("ada", HOME);
    expect(warnings).toEqual(["The watch's onEvent listener failed: TypeError."]);
  });

  test("an application's own detector is told what all are", async () => {
    const exports: Detector = {
      name: "many-exports",
      begin({ counter, raise }) {
        const exported = counter({
          name: "user",
          most: 2,
          within: MINUTE,
          reached: ({ key, count, event }) =>
            raise({ subject: key, severity: "info", evidence: { count }, event }),
        });
        return (event, client) => {
          if (event.type === "user_exported") exported.add(event.userId ?? "", event, client);
        };
      },
    };
    const { sessions, told } = watched([exports]);
    await sessions.exportUser("ada");
    expect(await told()).toEqual([]);
    await sessions.exportUser("ada");
    expect(await told()).toEqual(["info: many-exports"]);
  });
});

describe("what cannot work is refused when configured", () => {
  test.each([
    [{ detectors: [] }, "There is nothing to watch for."],
    [{ detectors: [guessing] }, "There is nothing to watch for."],
    [{ detectors: [guessing(), guessing()] }, "There are two detectors guessing."],
    [{ detectors: [guessing()], quietFor: 0 }, "watch: quietFor is 0."],
    [{ detectors: [guessing()], maxEntries: NaN }, "watch: maxEntries is NaN."],
    [{ detectors: [guessing()], act: { throttle: 5 } }, "watch: act.throttle is 5. Write ms"],
    [{ detectors: [guessing()], act: { revok: 1 } }, 'watch: act has no option "revok".'],
    [{ detectors: [guessing()], shared: {} }, "watch: shared has no `once`."],
    [{ detectors: [hijacking()], onAlert() {} }, 'watch has no option "onAlert".'],
    [{ detectors: [hijacking()], namespace: "a b" }, "watch: namespace"],
  ])("%#", (options, message) => {
    const configure = () => watch(options as never);
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(message);
  });
});
