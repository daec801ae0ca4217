import {
  type Aal,
  ConfigurationError,
  type Freshness,
  ReauthenticationRequiredError,
  SessionGoneError,
} from "@sojourn/core";
import { describe, expect, test } from "vitest";
import { harness } from "./harness.ts";

// Ask again before something sensitive (ASVS 7.5.1).
const MINUTE = 60_000;
const AALS: readonly Aal[] = [1, 2, 3];

describe("ASVS 7.5.1: a session is fresh", () => {
  const cases = AALS.flatMap((has) =>
    [undefined, ...AALS].flatMap((asks) =>
      [undefined, 4 * MINUTE, 5 * MINUTE, 5 * MINUTE - 1, 0].map((maxAge) => ({
        has,
        asks,
        maxAge,
      })),
    ),
  ).filter(({ asks, maxAge }) => asks !== undefined || maxAge !== undefined);

  test.each(cases)("5 min after aal $has, asked for aal $asks within $maxAge ms", async (each) => {
    const { has, asks, maxAge } = each;
    for (const impersonator of [undefined, "grace"]) {
      const { sessions, clock } = harness({ impersonation: true });
      const options = { aal: has, ...(impersonator && { impersonator }) };
      const { session } = await sessions.login("ada", options);
      await clock.advance(5 * MINUTE);
      const freshness: Freshness = {
        ...(asks !== undefined && { aal: asks }),
        ...(maxAge !== undefined && { maxAge }),
      };
      const expected =
        impersonator !== undefined
          ? "impersonated"
          : has < (asks ?? 1)
            ? "aal"
            : maxAge !== undefined && maxAge < 5 * MINUTE
              ? "stale"
              : null;
      expect(session.staleness(freshness)).toBe(expected);
      const required = () => session.requireFresh(freshness);
      if (expected === null) expect(required()).toBeUndefined();
      else expect(required).toThrow(ReauthenticationRequiredError);
    }
  });

  test("up to the very millisecond", async () => {
    const { sessions, clock } = harness({ impersonation: true });
    const { session } = await sessions.login("ada");
    await clock.advance(MINUTE);
    expect(session.staleness({ maxAge: MINUTE })).toBeNull();
    await clock.advance(1);
    expect(session.staleness({ maxAge: MINUTE })).toBe("stale");
  });
});

test("ASVS 7.5.1: what is asked for comes back as a 401 in the words of RFC 9470, once authenticated not", async () => {
  const { sessions, clock, events } = harness({ impersonation: true });
  const fetch = sessions.fetch(async (request, { session }) => {
    const user = await session.requireUser();
    if (new URL(request.url).pathname === "/again") await user.reauthenticate({ aal: 2 });
    await session.requireFresh({ maxAge: 90_500, aal: 2 });
    return new Response("transferred");
  });
  const { session, token } = await sessions.login("ada");
  await clock.advance(MINUTE);
  events.length = 0;
  const cookie = `__Host-id=${token}`;
  const refused = await fetch(new Request("https://app.test/", { headers: { cookie } }));
  expect(refused.status).toBe(401);
  expect(refused.headers.get("WWW-Authenticate")).toBe(
    'Session error="insufficient_user_authentication", max_age="90", acr_values="aal2"',
  );
  expect(refused.headers.get("Cache-Control")).toContain("private");
  expect(refused.headers.get("Set-Cookie")).toBeNull();
  expect(await refused.json()).toEqual({
    error: "reauthentication-required",
    reason: "aal",
    max_age: 90,
    aal: 2,
  });
  expect(events.filter(({ type }) => type === "freshness_required")).toMatchObject([
    { reason: "aal", handle: session.handle, userId: "ada" },
  ]);
  const request = new Request("https://app.test/again", { headers: { cookie } });
  expect((await fetch(request)).status).toBe(200);
});

test("nobody, and an anonymous session, is no more than unauthenticated", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session, token } = await sessions.create({ a: 1 });
  for (const freshness of [{ aal: 1 as const }, { maxAge: 1e15 }]) {
    expect(session.staleness(freshness)).toBe("stale");
    expect(() => session.requireFresh(freshness)).toThrow(ReauthenticationRequiredError);
    for (const cookie of [null, `__Host-id-anon=${token}`]) {
      const { session: request } = sessions.begin({ cookie, secure: true });
      await expect(request.requireFresh(freshness)).rejects.toMatchObject({
        code: "unauthenticated",
      });
    }
  }
});

test("ASVS 6.8.4: a session from before anything was noted is the weakest there is", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session } = await sessions.login("ada");
  expect(session.staleness({ aal: 1 })).toBeNull();
  expect(session.staleness({ aal: 2 })).toBe("aal");
});

test("NIST 5.1: who is only remembered says so by an old authentication, and is never fresh", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session } = await sessions.login("ada", { factors: ["remembered"], authenticatedAt: 0 });
  expect(session.staleness({ maxAge: 365 * 24 * 60 * MINUTE })).toBe("stale");
});

test("a condition that was misspelt does not hold for everyone", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session } = await sessions.login("ada");
  const wrong = [
    {},
    { maxage: 5 },
    { maxAge: Number.NaN },
    { maxAge: -1 },
    { maxAge: Infinity },
    { maxAge: "5m" },
    { aal: 0 },
    { aal: 4 },
    { aal: "2" },
    { aal: Number.NaN },
    { maxAge: undefined },
  ] as Freshness[];
  for (const freshness of wrong) {
    expect(() => session.requireFresh(freshness)).toThrow(ConfigurationError);
    expect(() => session.staleness(freshness)).toThrow(ConfigurationError);
  }
});

test("a session that has ended is not fresh, and gives out nothing any more", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session } = await sessions.login("ada");
  const csrf = session.csrfToken();
  const grant = session.grant("pay");
  await session.destroy();
  for (const call of [
    () => session.requireFresh({ aal: 1 }),
    () => session.staleness({ aal: 1 }),
    () => session.grant("pay"),
    () => session.ticket(),
    () => session.csrfToken(),
    () => session.isCsrfToken(csrf),
  ]) {
    expect(call).toThrow(SessionGoneError);
  }
  await expect(session.redeem("pay", grant)).rejects.toThrow(SessionGoneError);
});
