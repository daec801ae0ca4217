import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../src/errors.ts";
import {
  deadlines,
  describePolicies,
  expiredBy,
  parseDuration,
  type Policy,
  resolveTimeouts,
  type TimeoutOptions,
  type TimeoutsOption,
  touchDue,
} from "../src/timeouts.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 1);

function policy(options?: TimeoutsOption): Policy {
  return resolveTimeouts(options).default;
}

/** What a caller without types may pass. */
function refusal(option: unknown): string {
  try {
    resolveTimeouts(option as TimeoutsOption);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(option)}`);
}

/** The times of a session of this policy, created at NOW and last seen `seen` later. */
function times(of: Policy, seen: number | null = null) {
  return {
    createdAt: NOW,
    authenticatedAt: null as number | null,
    lastSeenAt: seen === null ? null : NOW + seen,
    ...deadlines(of, NOW, NOW + (seen ?? 0)),
  };
}

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30 * SECOND],
    ["30m", 30 * MINUTE],
    ["12h", 12 * HOUR],
    ["30d", 30 * DAY],
    ["400d", 400 * DAY],
    ["1ms", 1],
    [1, 1],
    [86_400_000, DAY],
  ])("%o is %i ms", (value, ms) => {
    expect(parseDuration(value, "idle")).toBe(ms);
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    400 * DAY + 1,
    Number.MAX_SAFE_INTEGER,
    "0s",
    "-5m",
    "1.5h",
    "401d",
    "99999999999d",
    "999999999999999999999s",
    "30",
    "30 m",
    "30min",
    "30M",
    "1w",
    "1y",
    "m",
    "",
    " 30m",
    "30m\n",
    "1e3s",
    "0x10s",
    "PT30M",
    "none",
    null,
    undefined,
    true,
    [],
    {},
  ])("%o is refused, with examples of what to write", (value) => {
    expect(() => parseDuration(value as string, "idle")).toThrow(ConfigurationError);
    expect(() => parseDuration(value as string, "idle")).toThrow(/idle: write "500ms", "30s"/);
  });
});

describe("the presets", () => {
  it("NIST 2.2.3, ASVS 7.3.1, 7.3.2: without options a session ends after 24 h, or 1 h idle", () => {
    expect(policy()).toEqual({
      name: "default",
      onIdle: "end",
      preset: "aal2",
      idle: HOUR,
      absolute: DAY,
      renewal: 15 * MINUTE,
      grace: MINUTE,
      touch: MINUTE,
    });
    expect(policy("aal2")).toEqual(policy());
    expect(policy({})).toEqual(policy());
  });

  it("NIST 2.1.3: aal1 ends after 30 days, however idle", () => {
    expect(policy("aal1")).toMatchObject({ idle: null, absolute: 30 * DAY, touch: MINUTE });
  });

  it("NIST 2.3.3: aal3 ends after 12 h, or 15 min idle", () => {
    expect(policy("aal3")).toMatchObject({
      preset: "aal3",
      idle: 15 * MINUTE,
      absolute: 12 * HOUR,
      touch: 45 * SECOND,
    });
  });

  it("NIST 2.3.3: aal3 takes 12 h at most", () => {
    expect(policy({ preset: "aal3", absolute: "12h" }).absolute).toBe(12 * HOUR);
    expect(refusal({ preset: "aal3", absolute: 12 * HOUR + SECOND })).toMatch(
      /timeouts\.absolute.*aal3.*"12h", or preset: "aal2"/,
    );
    expect(refusal({ default: "aal2", bank: { preset: "aal3", absolute: "13h" } })).toMatch(
      /timeouts\.bank\.absolute/,
    );
  });

  it.each(["aal4", "AAL2", "1h", "", "toString", "__proto__", null, 5, true])(
    "%o is none of them",
    (preset) => {
      const message = /write "aal1", "aal2", "aal3" or \{ idle: "30m" \}/;
      expect(refusal({ preset })).toMatch(message);
      if (preset !== null) expect(refusal(preset)).toMatch(message);
    },
  );
});

describe("what is left open follows from what is given", () => {
  it.each<[TimeoutOptions, Partial<Policy>]>([
    [{ idle: "30m" }, { idle: 30 * MINUTE, absolute: DAY, touch: MINUTE }],
    [{ idle: "2s" }, { idle: 2000, touch: 100, renewal: 15 * MINUTE, grace: MINUTE }],
    [{ idle: "none" }, { idle: null, touch: MINUTE }],
    [{ absolute: "30m" }, { idle: 30 * MINUTE, absolute: 30 * MINUTE, touch: MINUTE }],
    [{ absolute: "10s" }, { idle: 10 * SECOND, touch: 500 }],
    [
      { preset: "aal1", absolute: "7d" },
      { idle: null, absolute: 7 * DAY },
    ],
    [{ renewal: "1m" }, { renewal: MINUTE, grace: 15 * SECOND }],
    [{ renewal: "4m" }, { grace: MINUTE }],
    [{ renewal: "10ms" }, { grace: 2 }],
    [{ renewal: "none" }, { renewal: null, grace: MINUTE }],
    [{ grace: "10m" }, { renewal: 20 * MINUTE, grace: 10 * MINUTE }],
    [{ grace: "10s" }, { renewal: 15 * MINUTE, grace: 10 * SECOND }],
    [
      { renewal: "2m", grace: "1m" },
      { renewal: 2 * MINUTE, grace: MINUTE },
    ],
    [{ idle: "10m", touch: "5m" }, { touch: 5 * MINUTE }],
    [
      { idle: "12h", absolute: "12h" },
      { idle: 12 * HOUR, absolute: 12 * HOUR },
    ],
  ])("%o gives %o", (options, expected) => {
    expect(policy(options)).toMatchObject(expected);
  });

  it("an option that is undefined is as good as absent", () => {
    const options = { preset: undefined, idle: undefined, absolute: undefined, grace: undefined };
    expect(resolveTimeouts(options as unknown as TimeoutsOption)).toEqual(resolveTimeouts({}));
  });
});

describe("contradictions are refused with what to write", () => {
  it("an idle timeout beyond the absolute one", () => {
    expect(refusal({ idle: "2d" })).toMatch(/idle: longer.*at most "1d", or absolute: "2d"/);
    expect(refusal({ idle: "61m", absolute: "1h" })).toMatch(/"1h", or absolute: "61m"/);
  });

  it("a renewal within twice the grace, in which two renewals would overlap", () => {
    expect(refusal({ renewal: "90s", grace: "1m" })).toMatch(/at least "2m", or remove grace/);
    expect(refusal({ renewal: 119_999, grace: "1m" })).toMatch(/renewal: less than twice grace/);
  });

  it("a touch interval that idle sessions in use would not survive", () => {
    expect(refusal({ idle: "10m", touch: 5 * MINUTE + 1 })).toMatch(
      /touch: more than half of idle/,
    );
    expect(refusal({ touch: "31m" })).toMatch(/Write less, or remove it/);
  });

  it("none, where there has to be one", () => {
    for (const key of ["absolute", "grace", "touch"]) {
      expect(refusal({ [key]: "none" })).toMatch(new RegExp(`timeouts\\.${key}: write "500ms"`));
    }
  });

  it("an option that does not exist", () => {
    expect(refusal({ idel: "1h" })).toMatch(/timeouts\.idel: no such option/);
    expect(refusal({ default: "aal2", shop: { max: "1h" } })).toMatch(/timeouts\.shop\.max/);
  });

  it("several policies without a default", () => {
    expect(refusal({ shop: "aal1", bank: "aal3" })).toMatch(/one is named default/);
  });
});

describe("several policies", () => {
  const timeouts = resolveTimeouts({
    default: { idle: "30m" },
    "stay-signed-in": "aal1",
    bank: { preset: "aal3", idle: "5m" },
  });

  it("go by their names", () => {
    expect([...timeouts.policies.keys()]).toEqual(["default", "stay-signed-in", "bank"]);
    expect(timeouts.policies.get("bank")).toMatchObject({ name: "bank", idle: 5 * MINUTE });
    expect(timeouts.policies.get("default")).toBe(timeouts.default);
  });

  it("are outlived by no token of any of them", () => {
    expect(timeouts.longestAbsolute).toBe(30 * DAY);
    expect(resolveTimeouts({ absolute: "1h" }).longestAbsolute).toBe(HOUR);
  });

  it.each(["anonymous", "1st", "a_b", "", "-a", "a b", "é", "a".repeat(33), "__proto__"])(
    "cannot be named %o",
    (name) => {
      const options = Object.fromEntries([
        ["default", "aal2"],
        [name, "aal1"],
      ]);
      expect(refusal(options)).toMatch(/write a name of letters, digits and "-"/);
    },
  );

  it.each(["a", "Kiosk2", "a".repeat(32)])("can be named %o", (name) => {
    const { policies } = resolveTimeouts({ default: "aal2", [name]: "aal1" });
    expect(policies.has(name)).toBe(true);
  });
});

describe("an anonymous session", () => {
  it("is idle for as long as a user's", () => {
    expect(resolveTimeouts({ idle: "30m" }).anonymous).toMatchObject({
      name: "anonymous",
      idle: 30 * MINUTE,
      absolute: DAY,
    });
  });

  it("lives 24 h at most, whatever a user's does", () => {
    expect(resolveTimeouts("aal1").anonymous).toMatchObject({ idle: null, absolute: DAY });
    const slow = { absolute: "30d", idle: "20d", touch: "10d" };
    expect(resolveTimeouts(slow).anonymous).toMatchObject({
      idle: DAY,
      absolute: DAY,
      touch: 12 * HOUR,
    });
  });

  it("lives no longer than a user's", () => {
    expect(resolveTimeouts({ absolute: "1h" }).anonymous.absolute).toBe(HOUR);
  });
});

describe("deadlines", () => {
  it("the idle one counts from the last activity, the absolute one from the beginning", () => {
    expect(deadlines(policy(), NOW)).toEqual({ idleExpiresAt: NOW + HOUR, expiresAt: NOW + DAY });
    expect(deadlines(policy(), NOW, NOW + HOUR)).toEqual({
      idleExpiresAt: NOW + 2 * HOUR,
      expiresAt: NOW + DAY,
    });
  });

  it("the idle one is never beyond the absolute one", () => {
    const { idleExpiresAt, expiresAt } = deadlines(policy(), NOW, NOW + DAY - 1);
    expect(idleExpiresAt).toBe(expiresAt);
  });

  it("without an idle timeout both are one", () => {
    const { idleExpiresAt, expiresAt } = deadlines(policy("aal1"), NOW);
    expect([idleExpiresAt, expiresAt]).toEqual([NOW + 30 * DAY, NOW + 30 * DAY]);
  });
});

describe("a session has expired", () => {
  it("ASVS 7.3.1: at the idle timeout, and not 1 ms earlier", () => {
    const record = times(policy());
    expect(expiredBy(record, policy(), NOW + HOUR - 1)).toBeNull();
    expect(expiredBy(record, policy(), NOW + HOUR)).toBe("idle");
  });

  it("ASVS 7.3.1: at the idle timeout counted from the last activity", () => {
    const record = times(policy(), 10 * MINUTE);
    expect(expiredBy(record, policy(), NOW + HOUR + 10 * MINUTE - 1)).toBeNull();
    expect(expiredBy(record, policy(), NOW + HOUR + 10 * MINUTE)).toBe("idle");
  });

  it("ASVS 7.3.2: at the absolute timeout, however active", () => {
    for (let minute = 0; minute < 24 * 60; minute++) {
      const record = times(policy(), minute * MINUTE);
      expect(expiredBy(record, policy(), NOW + minute * MINUTE)).toBeNull();
      expect(expiredBy(record, policy(), NOW + DAY)).not.toBeNull();
    }
    const active = times(policy(), DAY - 1);
    expect(expiredBy(active, policy(), NOW + DAY - 1)).toBeNull();
    expect(expiredBy(active, policy(), NOW + DAY)).toBe("absolute");
  });

  it("of the absolute timeout, where there is no idle one", () => {
    const record = times(policy("aal1"));
    expect(expiredBy(record, policy("aal1"), NOW + 30 * DAY - 1)).toBeNull();
    expect(expiredBy(record, policy("aal1"), NOW + 30 * DAY)).toBe("absolute");
  });

  it("of what came first, however much later one looks", () => {
    expect(expiredBy(times(policy()), policy(), NOW + 100 * DAY)).toBe("idle");
    expect(expiredBy(times(policy(), DAY - 1), policy(), NOW + 100 * DAY)).toBe("absolute");
  });

  it("at once when a timeout was shortened", () => {
    const record = times(policy(), 0);
    expect(expiredBy(record, policy({ idle: "10m" }), NOW + 10 * MINUTE)).toBe("idle");
    expect(expiredBy(record, policy({ absolute: "20m" }), NOW + 20 * MINUTE)).toBe("absolute");
    expect(expiredBy(times(policy("aal1")), policy(), NOW + HOUR)).toBe("idle");
  });

  it("at the stored deadline when a timeout was lengthened or removed", () => {
    const record = times(policy(), 0);
    expect(expiredBy(record, policy({ idle: "2h" }), NOW + HOUR)).toBe("idle");
    expect(expiredBy(record, policy("aal1"), NOW + HOUR)).toBe("idle");
    const active = times(policy({ absolute: "1h" }), HOUR - 1);
    expect(expiredBy(active, policy(), NOW + HOUR)).toBe("absolute");
  });

  it("NIST 5.2: by both clocks from the reauthentication on", () => {
    const again = NOW + 20 * HOUR;
    const record = {
      createdAt: NOW,
      authenticatedAt: again,
      lastSeenAt: again,
      ...deadlines(policy(), again),
    };
    expect(expiredBy(record, policy(), again + HOUR - 1)).toBeNull();
    expect(expiredBy(record, policy(), again + HOUR)).toBe("idle");
    const active = { ...record, lastSeenAt: again + DAY - 1, idleExpiresAt: again + DAY };
    expect(expiredBy(active, policy(), again + DAY - 1)).toBeNull();
    expect(expiredBy(active, policy(), again + DAY)).toBe("absolute");
  });

  it("and a first authentication, which began before the session, takes nothing from it", () => {
    const record = { ...times(policy()), authenticatedAt: NOW - 5 * MINUTE };
    expect(expiredBy(record, policy(), NOW + HOUR - 1)).toBeNull();
  });

  it("when a time in it is no number", () => {
    for (const key of ["createdAt", "lastSeenAt", "idleExpiresAt", "expiresAt"]) {
      const record = { ...times(policy(), 0), [key]: Number.NaN };
      expect(expiredBy(record, policy(), NOW)).not.toBeNull();
    }
  });
});

describe("activity is written down", () => {
  it("the first time", () => {
    expect(touchDue({ lastSeenAt: null }, policy(), NOW)).toBe(true);
  });

  it("once per touch interval", () => {
    expect(touchDue({ lastSeenAt: NOW }, policy(), NOW + MINUTE - 1)).toBe(false);
    expect(touchDue({ lastSeenAt: NOW }, policy(), NOW + MINUTE)).toBe(true);
  });

  it("not when the clock of another server is ahead", () => {
    expect(touchDue({ lastSeenAt: NOW + MINUTE }, policy(), NOW)).toBe(false);
  });

  it("often enough: idle ends at most one touch interval early, and never late", () => {
    const fast = policy({ idle: "10m" });
    const { idle, touch } = fast as { idle: number; touch: number };
    let record = times(fast);
    // Requests at uneven intervals; each one that is due is written down.
    for (
      let at = 0, step = 1;
      at < 6 * HOUR;
      at += step, step = (step * 7 + 1234) % (idle - touch)
    ) {
      const now = NOW + at;
      expect(expiredBy(record, fast, now)).toBeNull();
      if (touchDue(record, fast, now)) record = times(fast, at);
      const end = record.idleExpiresAt;
      expect(end).toBeLessThanOrEqual(now + idle);
      expect(end).toBeGreaterThan(now + idle - touch);
    }
  });
});

describe("ASVS 7.1.1: the description", () => {
  it("tells the effective values of every policy as one would write them", () => {
    expect(describePolicies(resolveTimeouts({ default: "aal2", shop: "aal1" }))).toEqual({
      default: {
        preset: "aal2",
        idle: "1h",
        onIdle: "end",
        absolute: "1d",
        renewal: "15m",
        grace: "1m",
        touch: "1m",
      },
      shop: {
        preset: "aal1",
        idle: "none",
        onIdle: "end",
        absolute: "30d",
        renewal: "15m",
        grace: "1m",
        touch: "1m",
      },
      anonymous: {
        preset: "aal2",
        idle: "1h",
        onIdle: "end",
        absolute: "1d",
        renewal: "15m",
        grace: "1m",
        touch: "1m",
      },
    });
  });

  it.each<TimeoutsOption>([
    "aal1",
    "aal3",
    { idle: "2s" },
    { idle: 12_345, renewal: "none" },
    { absolute: 90_001, grace: "3s" },
    { default: { renewal: "1m" }, other: "aal1" },
  ])("written back as options, it gives the same policies: %o", (option) => {
    const timeouts = resolveTimeouts(option);
    const { anonymous, ...policies } = describePolicies(timeouts);
    expect(anonymous).toBeDefined();
    expect(resolveTimeouts(policies as unknown as TimeoutsOption)).toEqual(timeouts);
  });
});
