import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import {
  bearerToken,
  createClient,
  recordEvents,
  signedInClient,
  signedInCookie,
  type TestClient,
} from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { app, sessions } from "./readme/app.ts";

const DAY = 86_400_000;

function browser(origin = "https://app.test"): TestClient {
  return createClient(() => new Response(""), { origin, now: () => 1_000_000 });
}

/** The Cookie header after these Set-Cookie headers, each from a response to `path`. */
function after(headers: readonly string[], origin?: string, path = "/set/"): string | null {
  const client = browser(origin);
  for (const header of headers) client.setCookie(header, path);
  return client.cookieHeader("/set/page");
}

describe("keeps what a browser keeps, and drops what it drops", () => {
  test.each([
    ["a=1", "a=1"],
    ["  a  =  b  ; Path=/", "a=b"],
    ["a=b=c", "a=b=c"],
    ['a="b c"', 'a="b c"'],
    ['a="b;c"', 'a="b'],
    ["a=", "a="],
    ["a=1, b=2", "a=1, b=2"],
    ["value", "value"],
    ["=value", "value"],
    ["", null],
    [" = ", null],
    ["; Secure", null],
    ["a=\u0001", null],
    ["a=1; Path=/\u007f", null],
    [`${"n".repeat(96)}=${"v".repeat(4000)}`, `${"n".repeat(96)}=${"v".repeat(4000)}`],
    [`${"n".repeat(97)}=${"v".repeat(4000)}`, null],
    [`a=1; Path=/${"x".repeat(1024)}`, "a=1"],
    ["__Host-a=1; Secure; Path=/", "__Host-a=1"],
    ["__Host-a=1; Path=/", null],
    ["__Host-a=1; Secure", null],
    ["__Host-a=1; Secure; Path=/set", null],
    ["__Host-a=1; Secure; Path=/; Domain=app.test", null],
    ["__Host-a=1; Secure; Path=/; Domain=", "__Host-a=1"],
    ["__hOsT-a=1; Path=/", null],
    ["__Secure-a=1", null],
    ["__Secure-a=1; Secure; Domain=app.test", "__Secure-a=1"],
    ["__Http-a=1; Secure", null],
    ["__Http-a=1; Secure; HttpOnly", "__Http-a=1"],
    ["__Host-Http-a=1; Secure; HttpOnly; Path=/", "__Host-Http-a=1"],
    ["__Host-Http-a=1; Secure; Path=/", null],
    ["=__Host-a=1; Secure; Path=/", null],
    ["a=1; SameSite=None", null],
    ["a=1; SameSite=None; Secure", "a=1"],
    ["a=1; Partitioned", null],
    ["a=1; Secure=false", "a=1"],
    ["a=1; Path=/nope; Path=/", "a=1"],
    ["a=1; Path=/nope", null],
    ["a=1; Path=/se", null],
    ["a=1; Path=foo", "a=1"],
    ["a=1; Domain=.app.test", "a=1"],
    ["a=1; Domain=APP.TEST", "a=1"],
    ["a=1; Domain=other.test", null],
    ["a=1; Domain=sub.app.test", null],
    ["a=1; Domain=test", null],
    ["a=1; Max-Age=0", null],
    ["a=1; Max-Age=-1", null],
    ["a=1; Max-Age=1a", "a=1"],
    ["a=1; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1"],
    ["a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", null],
    ["a=1; Expires=garbage", "a=1"],
  ])("%s", (header, sent) => {
    expect(after([header])).toBe(sent);
  });

  test("Secure cookies on https and on this machine, nowhere else", () => {
    for (const origin of ["https://app.test", "http://localhost:3000", "http://127.0.0.1"]) {
      expect(after(["__Host-a=1; Secure; Path=/"], origin)).toBe("__Host-a=1");
    }
    expect(after(["__Host-a=1; Secure; Path=/"], "http://app.test")).toBeNull();
  });

  test("one cookie by name, domain and path: the later one", () => {
    expect(after(["a=1; Path=/", "a=2; Path=/"])).toBe("a=2");
    expect(after(["a=1; Path=/", "a=2; Path=/set"])).toBe("a=2; a=1");
    expect(after(["a=1", "b=1", "a=2"])).toBe("a=2; b=1");
  });

  test("a deletion that does not mirror the cookie leaves it there", () => {
    const cookie = "__Host-a=1; Secure; HttpOnly; Path=/";
    expect(after([cookie, "__Host-a=; Max-Age=0; Path=/"])).toBe("__Host-a=1");
    expect(after([cookie, "__Host-a=; Max-Age=0; Secure; Path=/set"])).toBe("__Host-a=1");
    expect(after([cookie, "__Host-a=; Max-Age=0; Secure; Path=/"])).toBeNull();
    expect(after(["a=1; Path=/set", "a=; Max-Age=0; Path=/"])).toBe("a=1");
  });

  test("what is HttpOnly is sent, and hidden from scripts", () => {
    const client = browser();
    client.setCookie("a=1; Path=/; HttpOnly");
    client.setCookie("b=2; Path=/");
    expect(client.cookieHeader()).toBe("a=1; b=2");
    expect(client.documentCookie()).toBe("b=2");
  });

  test("until its time is over, and 400 days at most", () => {
    let now = 0;
    const client = createClient(() => new Response(""), { now: () => now });
    client.setCookie("short=1; Max-Age=60");
    client.setCookie("long=1; Max-Age=99999999999");
    now = 59_999;
    expect(client.cookieHeader()).toBe("short=1; long=1");
    now = 60_000;
    expect(client.cookieHeader()).toBe("long=1");
    now = 400 * DAY;
    expect(client.cookies()).toEqual([]);
  });
});

describe("sends and receives when it is told to", () => {
  let count = 0;
  const counter = async (request: Request) => {
    const headers = new Headers({ "X-Cookie": request.headers.get("Cookie") ?? "" });
    headers.append("Set-Cookie", `count=${++count}; Path=/`);
    headers.append("Set-Cookie", "other=1; Path=/");
    return new Response(await request.text(), { headers });
  };

  test("a held response's cookies come when it is received", async () => {
    const client = createClient(counter);
    const first = await client.get("/", { hold: true });
    const second = await client.get("/", { hold: true });
    expect(client.cookies()).toEqual([]);
    client.receive(second);
    client.receive(first);
    expect(client.cookieHeader()).toBe(`count=${count - 1}; other=1`);
  });

  test("a request goes out with the cookies of another moment, or with none", async () => {
    const client = createClient(counter);
    await client.get("/");
    const before = client.cookieHeader();
    await client.get("/");
    expect((await client.get("/", { cookie: before })).headers.get("X-Cookie")).toBe(before);
    expect((await client.get("/", { cookie: null })).headers.get("X-Cookie")).toBe("");
  });

  test("forms and JSON", async () => {
    const client = createClient(counter);
    const form = await client.post("/", { form: { name: "Ada L.", x: "ü" } });
    expect(await form.text()).toBe("name=Ada+L.&x=%C3%BC");
    const json = await client.post("/", { json: { a: [1] }, headers: { "X-Other": "1" } });
    expect(await json.text()).toBe('{"a":[1]}');
  });

  test("a copy goes its own way", async () => {
    const client = createClient(counter);
    await client.get("/");
    const copy = client.copy();
    await client.get("/");
    expect(copy.cookieHeader()).not.toBe(client.cookieHeader());
  });
});

describe("signed in, in one line", () => {
  test("what login takes is taken", async () => {
    const client = await signedInClient(sessions, "ada", app, {
      origin: "https://app.test",
      persistent: true,
      data: { cart: ["socks"] },
    });
    expect(client.cookies()).toMatchObject([{ name: "__Host-id", expiresAt: expect.any(Number) }]);
    expect(await (await client.get("/orders")).text()).toBe("ada's orders");
  });

  test("the cookie has whatever name was chosen", async () => {
    const shop = createSessions({
      store: memoryStore(),
      secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
      cookie: { name: "shop" },
    });
    expect(await signedInCookie(shop, "ada")).toMatch(/^__Host-shop=[\w-]{112}$/);
  });

  test("with bearer tokens there is no cookie, and the error says what to use", async () => {
    const api = createSessions({
      store: memoryStore(),
      secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
      transport: "bearer",
    });
    await expect(signedInCookie(api, "ada")).rejects.toThrow(/bearerToken/);
    const token = await bearerToken(api, "ada");
    expect((await api.open(token))?.userId).toBe("ada");
  });

  test("the session is as strong as the test says, and whose client it says", async () => {
    const events = recordEvents();
    const shop = createSessions({
      store: memoryStore(),
      secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
      binding: { userAgent: "exact", onMismatch: "reject" },
      onEvent: events.onEvent,
    });
    const handler = shop.fetch(async (_, { session }) => {
      const { aal, factors } = await session.requireFresh({ aal: 2 });
      return Response.json({ aal, factors });
    });
    const answer = (request: Request) => handler(request, undefined, undefined);
    const browser = await signedInClient(shop, "ada", answer, {
      aal: 2,
      factors: ["password", "passkey"],
      client: { address: null, userAgent: "Firefox" },
    });
    const response = await browser.get("/");
    expect(await response.json()).toEqual({ aal: 2, factors: ["password", "passkey"] });
    expect(events.of("session_created")[0]?.client).toEqual({
      address: null,
      userAgent: "Firefox",
    });

    events.clear();
    const stolen = await browser.get("/", { headers: { "User-Agent": "curl" } });
    expect(stolen.status).toBe(401);
    expect(events.types).toEqual(["binding_mismatch", "token_refused"]);
    expect(events.of("binding_mismatch")[0]?.was.userAgent).toBe("Firefox");
  });
});
