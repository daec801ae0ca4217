import { ConfigurationError, type Once } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import {
  backChannelLogout,
  type BackChannelOptions,
  type LogoutOutcome,
  type LogoutToken,
  oidcReference,
  type RevocableSessions,
} from "@sojourn/watch/back-channel";
import { generateKeyPair, type JWTVerifyGetKey } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import {
  clientId,
  createProvider,
  EVENT,
  type Forgery,
  issuer,
  logoutRequest,
  type Provider,
} from "./provider.ts";

let provider: Provider;
let stranger: Provider;
const { privateKey: rsa } = await generateKeyPair("RS256");

beforeAll(async () => {
  provider = await createProvider();
  stranger = await createProvider();
});

/** A handler that keeps what it was told to end, and what became of each request. */
function listening(options: Partial<BackChannelOptions> = {}) {
  const ended: LogoutToken[] = [];
  const outcomes: LogoutOutcome[] = [];
  const handler = backChannelLogout({
    ...provider.settings(),
    onLogout: (token: LogoutToken) => ended.push(token),
    onOutcome: (outcome: LogoutOutcome) => outcomes.push(outcome),
    ...options,
  } as BackChannelOptions);
  return { handler, ended, outcomes };
}

const unsigned = (header: object, claims: object) =>
  [header, claims]
    .map((part) =>
      btoa(JSON.stringify(part)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_"),
    )
    .join(".") + ".";

describe("a logout token", () => {
  test("that is right ends its session (ASVS 10.5.5)", async () => {
    const { handler, ended, outcomes } = listening();
    const response = await handler(logoutRequest(await provider.token({ claims: { jti: "a" } })));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).toBe("");
    expect(ended).toMatchObject([{ issuer, sub: "ada", sid: "s1", jti: "a" }]);
    expect(outcomes).toMatchObject([{ type: "logged_out", ended: 1 }]);
  });

  test.each<[string, Forgery]>([
    ["with a sid alone", { claims: { sub: undefined } }],
    ["with a sub alone", { claims: { sid: undefined } }],
    ["whose type is written in full", { header: { typ: "application/logout+jwt" } }],
    ["whose audience is a list of one", { claims: { aud: [clientId] } }],
    ["with other claims and another event", { claims: { events: { [EVENT]: {}, x: 1 }, y: 2 } }],
  ])("%s is right, too", async (_, forgery) => {
    const { handler, ended } = listening();
    expect((await handler(logoutRequest(await provider.token(forgery)))).status).toBe(200);
    expect(ended).toHaveLength(1);
  });

  const seconds = (from: number) => Math.floor(provider.clock.now() / 1_000) + from;

  test.each<[string, string, () => Forgery]>([
    ["typ", "an ID token's type", () => ({ header: { typ: "JWT" } })],
    ["typ", "an access token's type", () => ({ header: { typ: "at+jwt" } })],
    ["typ", "no type", () => ({ header: { typ: undefined } })],
    [
      "alg",
      "the client's secret as key",
      () => ({ header: { alg: "HS256" }, key: new Uint8Array(32) }),
    ],
    ["key", "an algorithm that no key is for", () => ({ header: { alg: "RS256" }, key: rsa })],
    ["key", "a key that the provider does not have", () => ({ header: { kid: "2" } })],
    ["iss", "another issuer", () => ({ claims: { iss: "https://evil.example" } })],
    ["iss", "the issuer with a slash", () => ({ claims: { iss: `${issuer}/` } })],
    ["iss", "no issuer", () => ({ claims: { iss: undefined } })],
    ["aud", "another client's audience", () => ({ claims: { aud: "bank" } })],
    ["aud", "no audience", () => ({ claims: { aud: undefined } })],
    ["aud", "another audience besides", () => ({ claims: { aud: [clientId, "bank"] } })],
    ["iat", "no iat", () => ({ claims: { iat: undefined } })],
    ["iat", "an iat of long ago", () => ({ claims: { iat: seconds(-151), exp: seconds(600) } })],
    ["iat", "an iat in the future", () => ({ claims: { iat: seconds(31) } })],
    ["exp", "no exp", () => ({ claims: { exp: undefined } })],
    ["exp", "an exp that has passed", () => ({ claims: { exp: seconds(-30) } })],
    ["nbf", "an nbf in the future", () => ({ claims: { nbf: seconds(31) } })],
    ["events", "no events", () => ({ claims: { events: undefined } })],
    [
      "events",
      "another event",
      () => ({ claims: { events: { "http://schemas.openid.net/event/x": {} } } }),
    ],
    ["events", "events that are a list", () => ({ claims: { events: [EVENT] } })],
    ["events", "an event that is no object", () => ({ claims: { events: { [EVENT]: true } } })],
    ["nonce", "a nonce", () => ({ claims: { nonce: "n" } })],
    ["nonce", "a nonce that is null", () => ({ claims: { nonce: null } })],
    ["subject", "neither sub nor sid", () => ({ claims: { sub: undefined, sid: undefined } })],
    ["sub", "a sub that is a number", () => ({ claims: { sub: 7 } })],
    ["sub", "a sub that is no text", () => ({ claims: { sub: "\ud800" } })],
    ["sid", "an empty sid", () => ({ claims: { sid: "" } })],
    ["sid", "a sid that is a list", () => ({ claims: { sid: ["s1", "s2"] } })],
    ["jti", "no jti", () => ({ claims: { jti: undefined } })],
    ["jti", "an empty jti", () => ({ claims: { jti: "" } })],
    [
      "malformed",
      "an extension that must be understood",
      () => ({ header: { crit: ["x"], x: 1 } }),
    ],
  ])("is refused for its %s: %s (ASVS 10.5.5)", async (reason, _, forgery) => {
    await expectRefused(await provider.token(forgery()), reason);
  });

  test.each<[string, string, () => Promise<string> | string]>([
    ["signature", "signed by another provider", () => stranger.token()],
    [
      "signature",
      "whose claims were changed",
      async () => {
        const [header, , signature] = (await provider.token()).split(".");
        const [, claims] = (await stranger.token({ claims: { sid: "s2" } })).split(".");
        return [header, claims, signature].join(".");
      },
    ],
    [
      "alg",
      "that is not signed",
      () => unsigned({ alg: "none", typ: "logout+jwt" }, { iss: issuer, aud: clientId, sid: "s1" }),
    ],
    ["malformed", "that is encrypted", () => "e30.e30.e30.e30.e30"],
    ["malformed", "that is no token", () => "hello"],
    ["malformed", "of dots", () => ".".repeat(10_000)],
    ["malformed", "whose header is no JSON", () => "e30x.e30.e30"],
  ])("is refused (%s): one %s (ASVS 10.5.5)", async (reason, _, token) => {
    await expectRefused(await token(), reason);
  });

  async function expectRefused(token: string, reason: string): Promise<void> {
    const { handler, ended, outcomes } = listening();
    const response = await handler(logoutRequest(token));
    expect(await response.json()).toEqual({ error: "invalid_request", error_description: reason });
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(outcomes).toMatchObject([{ type: "refused", reason }]);
    expect(ended).toEqual([]);
  }

  test("lives as long as it may and a clock's difference more, and no longer", async () => {
    const { handler } = listening({
      maxAge: 60_000,
      clockTolerance: 5_000,
      once: memoryStore().powers.once,
    });
    const made = { iat: seconds(0), exp: seconds(600) };
    const statuses: number[] = [];
    for (const [age, jti] of [
      [65, "a"],
      [66, "b"],
    ] as const) {
      const claims = { iat: made.iat - age, exp: made.exp, jti };
      statuses.push((await handler(logoutRequest(await provider.token({ claims })))).status);
    }
    expect(statuses).toEqual([200, 400]);
  });

  describe("of a provider that follows a draft", () => {
    test.each<[number, string, Forgery]>([
      [200, "no type", { header: { typ: undefined } }],
      [200, "any token's type", { header: { typ: "JWT" } }],
      [200, "the right type", {}],
      [200, "no exp", { claims: { exp: undefined } }],
      [400, "an access token's type", { header: { typ: "at+jwt" } }],
      [400, "no event", { header: { typ: undefined }, claims: { events: undefined } }],
      [400, "a nonce", { header: { typ: undefined }, claims: { nonce: "n" } }],
      [400, "no exp, and old", { claims: { exp: undefined, iat: 1_799_999_000 } }],
    ])("%i, where that is accepted, for one with %s", async (status, _, forgery) => {
      const { handler } = listening({ acceptDraft: true });
      expect((await handler(logoutRequest(await provider.token(forgery)))).status).toBe(status);
    });
  });

  test("with the client's secret as key is accepted where that was configured", async () => {
    const secret = new Uint8Array(32).fill(7);
    const { handler } = listening({ jwks: () => secret, algorithms: ["HS256"] });
    const forgery = { header: { alg: "HS256" }, key: secret };
    expect((await handler(logoutRequest(await provider.token(forgery)))).status).toBe(200);
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(400);
  });

  test("whose key is for another algorithm is the token's fault, not the server's", async () => {
    const { publicKey } = await generateKeyPair("RS256");
    const { handler, outcomes } = listening({ jwks: () => publicKey });
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(400);
    expect(outcomes).toMatchObject([{ type: "refused", reason: "key" }]);
  });
});

describe("a request", () => {
  const form = "application/x-www-form-urlencoded";

  test.each<[string, number, string, (token: string) => RequestInit]>([
    ["that is a GET", 405, "method", () => ({ method: "GET", body: null })],
    ["that is a PUT", 405, "method", () => ({ method: "PUT" })],
    [
      "of JSON",
      400,
      "content-type",
      (token) => ({
        body: JSON.stringify({ logout_token: token }),
        headers: { "content-type": "application/json" },
      }),
    ],
    [
      "of no type",
      400,
      "content-type",
      (token) => ({ body: new TextEncoder().encode(`logout_token=${token}`) }),
    ],
    [
      "of a type that looks like it",
      400,
      "content-type",
      (token) => ({ body: `logout_token=${token}`, headers: { "content-type": `${form}x` } }),
    ],
    [
      "without a body",
      400,
      "logout_token",
      () => ({ body: null, headers: { "content-type": form } }),
    ],
    ["without a token", 400, "logout_token", () => ({ body: new URLSearchParams({ token: "x" }) })],
    [
      "with an empty token",
      400,
      "logout_token",
      () => ({ body: new URLSearchParams({ logout_token: "" }) }),
    ],
    [
      "with two tokens",
      400,
      "logout_token",
      (token) => ({
        body: `logout_token=${token}&logout_token=${token}`,
        headers: { "content-type": form },
      }),
    ],
    [
      "that is too large",
      400,
      "too-large",
      (token) => ({
        body: `logout_token=${token}&x=${"x".repeat(16_384)}`,
        headers: { "content-type": form },
      }),
    ],
  ])("%s is answered %i (%s)", async (_, status, reason, init) => {
    const { handler, ended } = listening();
    const response = await handler(logoutRequest("", init(await provider.token())));
    expect(response.status).toBe(status);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("allow")).toBe(status === 405 ? "POST" : null);
    expect(await response.json()).toEqual({ error: "invalid_request", error_description: reason });
    expect(ended).toEqual([]);
  });

  test("may have other fields, and parameters of its type", async () => {
    const { handler } = listening();
    const body = `a=b&logout_token=${await provider.token()}&c=d`;
    const headers = { "content-type": `${form.toUpperCase()}; charset=utf-8` };
    expect((await handler(logoutRequest("", { body, headers }))).status).toBe(200);
  });

  test("without an end is not read to the end", async () => {
    const { handler } = listening();
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 4_096;
        controller.enqueue(new Uint8Array(4_096).fill(97));
      },
    });
    const endless = { body, headers: { "content-type": form }, duplex: "half" } as RequestInit;
    expect((await handler(logoutRequest("", endless))).status).toBe(400);
    expect(pulled).toBeLessThan(40_000);
  });

  test("that breaks off is refused", async () => {
    const { handler, outcomes } = listening();
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    const broken = { body, headers: { "content-type": form }, duplex: "half" } as RequestInit;
    expect((await handler(logoutRequest("", broken))).status).toBe(400);
    expect(outcomes).toMatchObject([{ type: "refused", reason: "body" }]);
  });

  test("whose body somebody has read before is a failure that says so", async () => {
    const { handler, outcomes } = listening();
    const request = logoutRequest(await provider.token());
    await request.text();
    expect((await handler(request)).status).toBe(503);
    expect(outcomes).toMatchObject([
      { type: "failed", error: { message: expect.stringMatching(/read it first/) } },
    ]);
  });
});

describe("with sessions", () => {
  const reference = oidcReference({ issuer, sid: "s1" });

  function recording() {
    const calls: string[][] = [];
    const sessions: RevocableSessions = {
      async revokeByReference(name) {
        calls.push(["reference", name]);
        return 2;
      },
      async revokeAll(userId) {
        calls.push(["all", userId]);
        return 3;
      },
    };
    return { sessions, calls };
  }

  test.each<[string, Forgery, Partial<BackChannelOptions>, string[][], number]>([
    ["a sid ends the sessions of this reference", {}, {}, [["reference", reference]], 2],
    ["a sub alone ends all of the user's", { claims: { sid: undefined } }, {}, [["all", "ada"]], 3],
    [
      "a sub can be another user id here",
      { claims: { sid: undefined } },
      { userIdOf: (sub: string) => `oidc:${sub}` },
      [["all", "oidc:ada"]],
      3,
    ],
    [
      "a sub that nobody has here ends nothing",
      { claims: { sid: undefined } },
      { userIdOf: async () => null },
      [],
      0,
    ],
  ])("%s", async (_, forgery, options, calls, ended) => {
    const recorded = recording();
    const { handler, outcomes } = listening({
      ...options,
      sessions: recorded.sessions,
      onLogout: undefined,
    } as Partial<BackChannelOptions>);
    expect((await handler(logoutRequest(await provider.token(forgery)))).status).toBe(200);
    expect(recorded.calls).toEqual(calls);
    expect(outcomes).toMatchObject([{ type: "logged_out", ended }]);
  });

  test("no two pairs of issuer and sid have one reference", () => {
    const pairs = [
      ["https://a", "b"],
      ["https://a,b", ""],
      ["https://a", ',"b'],
      ['https://a","b', "c"],
      ["https://a", 'b","c'],
      ["https://ab", ""],
      ["https://a", "\ud800"],
      ["https://a", "\\ud800"],
      ["https://a", "\ufffd"],
    ] as const;
    const references = pairs.map(([issuer, sid]) => oidcReference({ issuer, sid }));
    expect(new Set(references).size).toBe(pairs.length);
    expect(references.every((text) => text.isWellFormed())).toBe(true);
  });
});

describe("a token that comes again", () => {
  const once = () => memoryStore().powers.once;

  test("is a replay, and ends nothing (ASVS 10.5.5)", async () => {
    const { handler, ended, outcomes } = listening({ once: once() });
    const token = await provider.token();
    expect((await handler(logoutRequest(token))).status).toBe(200);
    for (let again = 0; again < 10; again++) {
      expect((await handler(logoutRequest(token))).status).toBe(400);
    }
    expect(ended).toHaveLength(1);
    expect(outcomes.at(-1)).toMatchObject({
      type: "refused",
      reason: "replayed",
      token: { sid: "s1" },
    });
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(200);
  });

  test("is one up to the last moment in which it would be accepted", async () => {
    const { clock } = provider;
    const { handler, ended } = listening({ once: once() });
    const token = await provider.token();
    await handler(logoutRequest(token));
    for (let second = 0; second < 200; second++) {
      await clock.advance(1_000);
      expect((await handler(logoutRequest(token))).status).toBe(400);
    }
    expect(ended).toHaveLength(1);
  });

  test("with the jti of another provider's token is none", async () => {
    const shared = once();
    const token = await provider.token({ claims: { jti: "same" } });
    const claims = { jti: "same", iss: "https://other.example" };
    const other = listening({ once: shared, issuer: "https://other.example" });
    expect((await listening({ once: shared }).handler(logoutRequest(token))).status).toBe(200);
    expect((await other.handler(logoutRequest(await provider.token({ claims })))).status).toBe(200);
  });

  test("after the store had failed is no replay: the provider may try again", async () => {
    const failures: unknown[] = [];
    let away = true;
    const { handler, ended } = listening({
      once: once(),
      onOutcome: (outcome) => outcome.type === "failed" && failures.push(outcome.error),
      onLogout(token: LogoutToken) {
        if (away) throw new Error("The store is away.");
        return ended.push(token);
      },
    });
    const token = await provider.token();
    for (let again = 0; again < 4; again++) {
      const response = await handler(logoutRequest(token));
      expect(response.status).toBe(503);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.json()).toEqual({ error: "temporarily_unavailable" });
    }
    away = false;
    expect((await handler(logoutRequest(token))).status).toBe(200);
    expect((await handler(logoutRequest(token))).status).toBe(400);
    expect(ended).toHaveLength(1);
    expect(failures).toHaveLength(4);
  });

  test("is a 503 while nobody can say whether it was used, and ends nothing", async () => {
    const away: Once = { redeem: () => Promise.reject(new Error("away")) };
    const { handler, ended } = listening({ once: away });
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(503);
    expect(ended).toEqual([]);
  });

  test("that was refused has not been used", async () => {
    const shared = once();
    const claims = { jti: "x", nonce: "n" };
    const { handler } = listening({ once: shared });
    expect((await handler(logoutRequest(await provider.token({ claims })))).status).toBe(400);
    const right = await provider.token({ claims: { jti: "x" } });
    expect((await handler(logoutRequest(right))).status).toBe(200);
  });

  test("of 50 at once, what came later than the first answer finds nothing left", async () => {
    const { handler, ended } = listening({ once: once() });
    const token = await provider.token();
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await handler(logoutRequest(token))).status),
    );
    const accepted = statuses.filter((status) => status === 200).length;
    expect(accepted).toBeGreaterThanOrEqual(1);
    expect(accepted).toBeLessThanOrEqual(5);
    expect(ended).toHaveLength(accepted);
    expect((await handler(logoutRequest(token))).status).toBe(400);
  });
});

describe("keys that cannot be had", () => {
  test("are a 503, and the token is good for another try", async () => {
    let away = true;
    const jwks: JWTVerifyGetKey = () => {
      if (away) throw new Error("no network");
      return provider.publicKey;
    };
    const once = memoryStore().powers.once;
    const { handler, ended } = listening({ jwks, once });
    const token = await provider.token();
    expect((await handler(logoutRequest(token))).status).toBe(503);
    expect(ended).toEqual([]);
    away = false;
    expect((await handler(logoutRequest(token))).status).toBe(200);
  });
});

test("a listener that throws or rejects changes no answer", async () => {
  for (const onOutcome of [
    () => {
      throw new Error("log");
    },
    () => Promise.reject(new Error("log")),
  ]) {
    const { handler } = listening({ onOutcome });
    expect((await handler(logoutRequest(await provider.token()))).status).toBe(200);
  }
});

describe("a wrong option is refused when configured, with the remedy", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no issuer", { issuer: "" }, /issuer is missing/],
    ["no client", { clientId: undefined }, /clientId is missing/],
    ["keys over plain http", { jwks: "http://login.example/jwks" }, /an https URL/],
    ["keys that are no URL", { jwks: "jwks.json" }, /an https URL/],
    ["keys that are no key set", { jwks: { keys: "none" } }, /no key set/],
    ["none as algorithm", { algorithms: ["none"] }, /RS256/],
    ["no algorithm", { algorithms: [] }, /RS256/],
    ["a secret's algorithm with public keys", { algorithms: ["HS256"] }, /only with a function/],
    ["no way to end a session", { onLogout: undefined }, /Nothing would end a session/],
    ["two ways", { sessions: { revokeAll: () => 0, revokeByReference: () => 0 } }, /both given/],
    ["sessions that are none", { onLogout: undefined, sessions: {} }, /Nothing would end/],
    ["a store without the power", { once: undefined }, /no powers\.once/],
    ["an age that is none", { maxAge: 0 }, /maxAge is 0/],
    ["a tolerance of a day", { clockTolerance: 86_400_000 }, /clockTolerance is 86400000/],
    ["no room for a token", { maxBytes: 10 }, /maxBytes is 10/],
  ])("%s", (_, options, message) => {
    const make = () => listening(options as Partial<BackChannelOptions>);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  test.each(["https://login.example/jwks", "http://localhost:8080/jwks", "http://[::1]/jwks"])(
    "%s is right",
    (jwks) => {
      expect(() => listening({ jwks })).not.toThrow();
    },
  );
});
