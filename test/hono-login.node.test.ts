import { createClient, type TestClient } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, start, type Start } from "./support/program.ts";
import { workplace } from "./support/workplace.ts";

/** What `GET /session` tells. */
interface Told {
  readonly handle: string;
  readonly userId: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly data: Readonly<Record<string, unknown>> & { readonly basket: readonly string[] };
  readonly now: number;
}

const HTML = "text/html,application/xhtml+xml";
const JSON_TYPE = "application/json";

function example(env: Start["env"] = {}): Start {
  const folder = "examples/hono-login";
  return { command: "node server.ts", folder, env: { SESSION_FILE: ":memory:", ...env } };
}

function browse(url: string, accept: string = JSON_TYPE): TestClient {
  return createClient(
    (request) => {
      if (!request.headers.has("Accept")) request.headers.set("Accept", accept);
      return fetch(request);
    },
    { origin: url },
  );
}

async function loggedIn(url: string, name = "ada"): Promise<TestClient> {
  const client = browse(url);
  const response = await client.post("/login", { form: { name, password: "demo" } });
  expect(response.status).toBe(200);
  return client;
}

async function told(response: Response | Promise<Response>): Promise<Told> {
  return (await (await response).json()) as Told;
}

/** Asks again and again until the session is gone; gives what it was told before. */
async function untilGone(client: TestClient, path: string): Promise<Told[]> {
  const seen: Told[] = [];
  await expect
    .poll(
      async () => {
        const response = await client.get(path);
        if (response.status === 200) seen.push(await told(response));
        return response.status;
      },
      { interval: 25, timeout: 25_000 },
    )
    .toBe(401);
  return seen;
}

describe("the page", () => {
  test("forms are answered with redirects, and the page shows who is logged in", async () => {
    const { url } = await start(example());
    const browser = browse(url, HTML);

    expect(await (await browser.get("/")).text()).toContain("No session yet");
    const added = await browser.post("/basket", { form: { item: "socks" } });
    expect([added.status, added.headers.get("Location")]).toEqual([303, "/"]);
    const login = await browser.post("/login", { form: { name: "Ada", password: "demo" } });
    expect([login.status, login.headers.get("Location")]).toEqual([303, "/"]);
    const page = await (await browser.get("/")).text();
    expect(page).toContain('Hello, <span class="name">Ada</span>');
    expect(page).toContain("<li>socks</li>");
    const logout = await browser.post("/logout");
    expect([logout.status, logout.headers.get("Location")]).toEqual([303, "/"]);
    expect(await (await browser.get("/")).text()).toContain("Log in");
  });

  test("a wrong password is a 401 with the form, and the name still in it", async () => {
    const { url } = await start(example());
    const browser = browse(url, HTML);
    const response = await browser.post("/login", { form: { name: "Ada", password: "guess" } });
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    const page = await response.text();
    expect(page).toContain('role="alert"');
    expect(page).toContain('value="Ada"');
    expect(page).not.toContain("guess");
  });

  test("whatever is typed is shown as text", async () => {
    const { url } = await start(example());
    const browser = browse(url, HTML);
    const nasty = `"><script>alert(1)</script>&'`;
    await browser.post("/basket", { form: { item: nasty } });
    const wrong = await browser.post("/login", { form: { name: nasty, password: "x" } });
    expect(await wrong.text()).not.toContain("<script>alert");
    await browser.post("/login", { form: { name: nasty, password: "demo" } });
    const page = await (await browser.get("/")).text();
    expect(page).not.toContain("<script>alert");
    expect(page.match(/&lt;script&gt;alert/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test("nothing inline, nothing from elsewhere, and every file that the page loads is served", async () => {
    const { url } = await start(example());
    const browser = browse(url, HTML);
    const page = await browser.get("/");
    const policy = page.headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe-inline");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src="\/page\.js")|<style| style=| on\w+=/);
    const types: Record<string, string> = {
      "/style.css": "text/css",
      "/icon.svg": "image/",
      "/page.js": "text/javascript",
    };
    for (const path of Object.keys(types)) expect(html).toContain(`"${path}"`);
    for (const path of Object.keys(types)) {
      const response = await browser.get(path);
      expect([path, response.status, response.headers.get("Content-Type")]).toEqual([
        path,
        200,
        expect.stringContaining(types[path] ?? ""),
      ]);
      if (!path.endsWith(".js")) continue;
      // What a module imports is asked for as well.
      for (const [, imported = ""] of (await response.text()).matchAll(/from "\.(\/\w+\.js)"/g)) {
        if (imported in types) continue;
        types[imported] = "text/javascript";
        expect((await browser.get(imported)).status).toBe(200);
      }
    }
    expect(Object.keys(types)).toContain("/times.js");
  });

  test("a form on another site cannot log its visitor in here", async () => {
    const { url } = await start(example());
    const browser = browse(url, HTML);
    const response = await browser.post("/login", {
      form: { name: "mallory", password: "demo" },
      headers: { "Sec-Fetch-Site": "cross-site" },
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe("JSON", () => {
  test("a session is told with its times, and a look at it is not activity", async () => {
    const { url } = await start(example());
    const client = browse(url);
    expect((await client.get("/session")).status).toBe(401);
    const login = await client.post("/login", { json: { name: "ada", password: "demo" } });
    const session = await told(login);
    expect(session).toMatchObject({ userId: "ada", data: { basket: [] }, lastSeenAt: null });
    expect(session.idleExpiresAt).toBe(session.createdAt + 3_600_000);
    expect(session.expiresAt).toBe(session.createdAt + 24 * 3_600_000);
    const looked = await told(client.get("/session?peek=1"));
    expect(looked).toEqual({ ...session, now: looked.now });
    expect((await told(client.get("/session"))).handle).toBe(session.handle);
  });

  test("what cannot be used is a 400 that says why, and costs no session", async () => {
    const { url } = await start(example());
    const bad: [path: string, json: unknown][] = [
      ["/login", { password: "demo" }],
      ["/login", { name: " ", password: "demo" }],
      ["/login", { name: "x".repeat(41), password: "demo" }],
      ["/login", { name: 7, password: "demo" }],
      ["/login", { name: "\ud800", password: "demo" }],
      ["/login", { name: "ada" }],
      ["/login?name=ada&password=demo", {}],
      ["/login", []],
      ["/basket", {}],
      ["/basket", { item: "x".repeat(81) }],
      ["/slow?ms=soon", {}],
      ["/set?value=b", {}],
      ["/set?key=basket&value=b", {}],
      ["/set?key=__proto__&value=b", {}],
      ["/set?key=constructor&value=b", {}],
    ];
    for (const [path, json] of bad) {
      const client = browse(url);
      const response = await client.post(path, { json });
      expect({ path, json, status: response.status }).toEqual({ path, json, status: 400 });
      const { error, message } = (await response.json()) as Record<string, unknown>;
      expect([error, message]).toEqual(["bad-request", expect.stringMatching(/\w/)]);
      expect(client.cookies()).toEqual([]);
    }
    const tooLong = await browse(url).post("/basket", { json: { item: "x".repeat(20_000) } });
    expect(tooLong.status).toBe(413);
    const form = { headers: { "Content-Type": "multipart/form-data" }, form: { item: "socks" } };
    expect((await browse(url).post("/basket", form)).status).toBe(400);
  });

  test("another user's login carries nothing over", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    await client.post("/basket", { form: { item: "socks" } });
    const login = await client.post("/login", { form: { name: "bob", password: "demo" } });
    expect(login.status).toBe(409);
    expect(await login.json()).toMatchObject({ error: "carry-refused" });
    expect(await told(client.get("/session"))).toMatchObject({ userId: "ada" });
  });
});

describe("where one is logged in", () => {
  interface Listed {
    readonly handle: string;
    readonly current: boolean;
    readonly label: string | null;
  }

  async function listed(client: TestClient): Promise<readonly Listed[]> {
    return (await client.get("/devices")).json() as Promise<readonly Listed[]>;
  }

  test("all are listed, one can be named, and one ended; nobody else's", async () => {
    const { url } = await start(example());
    const [laptop, phone, stranger] = [
      await loggedIn(url),
      await loggedIn(url),
      await loggedIn(url, "bob"),
    ];
    expect((await browse(url).get("/devices")).status).toBe(401);
    const { handle } = await told(phone.get("/session"));
    const all = await listed(laptop);
    expect(all.map(({ current }) => current).sort()).toEqual([false, true]);
    expect(all.find(({ current }) => !current)?.handle).toBe(handle);

    await laptop.post(`/devices/${handle}/label`, { form: { label: "Phone" } });
    expect((await listed(phone)).find(({ current }) => current)?.label).toBe("Phone");
    await laptop.post(`/devices/${handle}/label`, { form: { label: "" } });
    expect((await listed(phone)).find(({ current }) => current)?.label).toBeNull();

    expect((await stranger.post(`/devices/${handle}/label`, { form: { label: "x" } })).status).toBe(
      400,
    );
    expect((await stranger.post(`/devices/${handle}/end`)).status).toBe(404);
    expect((await phone.get("/session")).status).toBe(200);
    expect((await laptop.post(`/devices/${handle}/end`)).status).toBe(200);
    expect((await phone.get("/session")).status).toBe(401);
    expect(await listed(laptop)).toHaveLength(1);
  });

  test("the password is asked for again before it can be changed; then the others are over", async () => {
    const { url } = await start(example());
    const [laptop, phone] = [await loggedIn(url), await loggedIn(url)];
    const change = () => laptop.post("/password", { form: { password: "correct horse" } });
    const refused = await change();
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: "reauthentication-required" });

    const wrong = await laptop.post("/confirm", { form: { password: "guess" } });
    expect(wrong.status).toBe(401);
    expect((await change()).status).toBe(401);
    expect((await laptop.post("/confirm", { form: { password: "demo" } })).status).toBe(200);
    expect(await (await change()).json()).toEqual({ ended: 1 });
    expect((await phone.get("/session")).status).toBe(401);
    expect((await laptop.get("/session")).status).toBe(200);

    const login = (password: string) =>
      browse(url).post("/login", { form: { name: "ada", password } });
    expect((await login("demo")).status).toBe(401);
    expect((await login("correct horse")).status).toBe(200);
  });

  test("a page in another tab is not told that it is over when only the cookie is a new one", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    const headers = { Cookie: client.cookieHeader() ?? "" };
    const stream = await fetch(`${url}/events`, { headers });
    await client.post("/confirm", { form: { password: "demo" } });
    // It ends, for the browser to come back with the new one.
    expect(await stream.text()).toMatch(/^event: here\n((?!ended)[^])*$/);
    expect((await fetch(`${url}/events`, { headers })).status).toBe(401);
    expect((await client.get("/session")).status).toBe(200);
  });

  test("where the password leads is no stranger's to say", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    const response = await client.post("/confirm", {
      form: { password: "demo", to: "//evil.example" },
      headers: { Accept: HTML },
    });
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/"]);
  });

  test("the page for operators is an administrator's, and whose sessions there are is told after the password", async () => {
    const { url } = await start(example());
    expect((await browse(url).get("/admin")).status).toBe(401);
    const ada = await loggedIn(url);
    for (const path of ["/admin", "/admin?user=ada", "/admin?part=live", "/admin?asset=script"]) {
      expect((await ada.get(path)).status).toBe(403);
    }
    const theirs = {
      form: { user: "ada", do: "all" },
      headers: { "Sec-Fetch-Site": "same-origin" },
    };
    expect((await ada.post("/admin", theirs)).status).toBe(403);
    const admin = await loggedIn(url, "admin");
    expect((await admin.get("/admin")).status).toBe(200);
    expect((await admin.get("/admin?user=ada")).status).toBe(401);
    expect((await admin.post("/admin", theirs)).status).toBe(401);
    expect((await ada.get("/session")).status).toBe(200);

    const asked = await admin.get("/admin?user=ada%20%26%20co", { headers: { Accept: HTML } });
    expect(asked.headers.get("Location")).toBe(
      "/confirm?to=%2Fadmin%3Fuser%3Dada%2520%2526%2520co",
    );
    const to = "/admin?user=ada%20%26%20co";
    const form = { password: "demo", to };
    const back = await admin.post("/confirm", { form, headers: { Accept: HTML } });
    expect(back.headers.get("Location")).toBe(to);
    expect(await (await admin.get("/admin?user=ada")).text()).toContain("1 live session.");
    expect((await admin.post("/admin", theirs)).status).toBe(303);
    expect((await ada.get("/session")).status).toBe(401);
  });

  test("that the page for operators is open keeps nobody signed in", async () => {
    const { url } = await start(example({ SESSION_IDLE: "600" }));
    const admin = await loggedIn(url, "admin");
    await expect
      .poll(async () => (await admin.get("/admin?part=live")).status, {
        interval: 100,
        timeout: 25_000,
      })
      .toBe(403);
  });

  test("two servers on one file: what one ends, an open page of the other hears within seconds", async () => {
    const env = { SESSION_FILE: `${workplace({})}/sessions.db` };
    const [one, other] = [await start(example(env)), await start(example(env))];
    const [laptop, phone] = [await loggedIn(one.url), await loggedIn(one.url)];
    const Cookie = phone.cookieHeader() ?? "";
    const stream = await fetch(`${other.url}/events`, { headers: { Cookie } });
    expect(stream.headers.get("Content-Type")).toBe("text/event-stream");
    await laptop.post("/devices/others/end");
    // It ends only with the session.
    expect(await stream.text()).toMatch(/^event: here\n[^]*event: ended\n/m);
  });
});

describe("races", () => {
  test("50 at once each put something into the basket: all of it is there", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    const items = Array.from({ length: 50 }, (_, at) => `item ${at}`);
    await Promise.all(items.map((item) => client.post("/basket", { form: { item } })));
    const { data } = await told(client.get("/session"));
    expect([...data.basket].sort()).toEqual([...items].sort());
  });

  test("200 at once each set a key: all of them are there", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    const keys = Array.from({ length: 200 }, (_, at) => `key${at}`);
    await Promise.all(keys.map((key) => client.post(`/set?key=${key}&value=${key}`)));
    const { data } = await told(client.get("/session"));
    expect(data).toMatchObject(Object.fromEntries(keys.map((key) => [key, key])));
  });

  test("a slow request that outlives the logout saves nothing and sets no cookie", async () => {
    const { url } = await start(example());
    const client = await loggedIn(url);
    const token = client.cookieHeader();
    const slow = client.post("/slow?ms=2000", { hold: true });
    // Not before the slow request has its session. Looking is not activity, so what shows is its own.
    await expect
      .poll(async () => (await told(client.get("/session?peek=1"))).lastSeenAt, { interval: 10 })
      .not.toBeNull();
    await client.post("/logout");
    const response = await slow;
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await client.get("/session", { cookie: token })).status).toBe(401);
  });
});

describe("timeouts of the environment", () => {
  test("SESSION_IDLE: a session that is only looked at ends when it was said to", async () => {
    const { url } = await start(example({ SESSION_IDLE: "1s" }));
    const client = browse(url);
    const form = { name: "ada", password: "demo" };
    const { createdAt, idleExpiresAt } = await told(client.post("/login", { form }));
    expect(idleExpiresAt).toBe(createdAt + 1000);
    const looks = await untilGone(client, "/session?peek=1");
    expect(Date.now()).toBeGreaterThanOrEqual(idleExpiresAt);
    for (const look of looks) expect(look.idleExpiresAt).toBe(idleExpiresAt);
  });

  test("SESSION_ABSOLUTE: a session in use ends as well", async () => {
    const { url } = await start(example({ SESSION_ABSOLUTE: "1000" }));
    const client = browse(url);
    const form = { name: "ada", password: "demo" };
    const { createdAt, expiresAt } = await told(client.post("/login", { form }));
    expect(expiresAt).toBe(createdAt + 1000);
    const looks = await untilGone(client, "/session");
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
    for (const look of looks) expect(look.expiresAt).toBe(expiresAt);
  });

  test("SESSION_RENEWAL: the token changes, the session does not, and the old token dies", async () => {
    const { url } = await start(example({ SESSION_RENEWAL: "400ms" }));
    const client = await loggedIn(url);
    const { handle } = await told(client.get("/session"));
    const old = client.cookieHeader();
    await expect
      .poll(
        async () => {
          expect((await told(client.get("/session"))).handle).toBe(handle);
          return client.cookieHeader();
        },
        { interval: 25, timeout: 25_000 },
      )
      .not.toBe(old);
    // Once the new token has been seen and the grace is over, the old one is a copy that somebody
    // kept: the session ends for both.
    expect((await client.get("/session")).status).toBe(200);
    await expect
      .poll(async () => (await client.get("/session", { cookie: old })).status, {
        interval: 25,
        timeout: 25_000,
      })
      .toBe(401);
    expect((await client.get("/session")).status).toBe(401);
  });
});

describe("the process", () => {
  test("a port that is taken is one sentence and exit code 1", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const program = run(example({ PORT: String(port) }));
    expect(await program.ended).toBe(1);
    expect(program.output()).toBe(
      `Port ${port} is taken. Choose another one: PORT=${port + 1} npm start\n`,
    );
  });

  test.each([
    [{ PORT: "http" }, 'PORT is "http". Write a number from 0 to 65535.\n'],
    [{ SESSION_IDLE: "soon" }, /^Option timeouts\.idle: .*"30m".*\n$/],
    [{ SESSION_FILE: "/dev/null/sessions.db" }, /^SESSION_FILE is "\/dev\/null.*": .*\n$/],
    [{ REDIS_URL: "localhost" }, /^REDIS_URL is no address\..*redis:\/\/.*\n$/],
    [{ REDIS_URL: "redis://127.0.0.1:1" }, /^REDIS_URL is set .*openssl rand -base64 32.*\n$/],
    [{ SESSION_SECRET: "keyboard cat" }, /^Option secret: .*openssl rand -base64 32.*\n$/],
  ])("%j is one sentence and exit code 1", async (env, message) => {
    const program = run(example(env));
    expect(await program.ended).toBe(1);
    expect(program.output()).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  test("with a secret of one's own nothing is said about it", async () => {
    const secret = randomBytes(32).toString("hex");
    const { output } = await start(example({ SESSION_SECRET: secret }));
    expect(output()).toMatch(/^Listening on http:\/\/localhost:\d+\n$/);
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "started again after %s, it still knows who is logged in, and what was in the basket",
    async (signal) => {
      const env = { SESSION_FILE: `${workplace({})}/not yet there/sessions.db` };
      const before = await start(example(env));
      expect(before.output()).toMatch(
        /^SESSION_SECRET is not set: one is kept with the sessions\.\n/,
      );
      const client = await loggedIn(before.url);
      await client.post("/basket", { form: { item: "socks" } });
      const known = await told(client.get("/session"));
      before.signal(signal);
      await before.ended;

      const after = browse((await start(example(env))).url);
      const headers = { Cookie: client.cookieHeader() ?? "" };
      const { handle, userId, data } = await told(after.get("/session", { headers }));
      expect({ handle, userId, data }).toEqual({
        handle: known.handle,
        userId: "ada",
        data: { basket: ["socks"] },
      });
      await after.post("/logout", { headers });
      const again = browse((await start(example(env))).url);
      expect((await again.get("/session", { headers })).status).toBe(401);
    },
  );

  test("with another secret nobody is known any more, and nothing of the old one is read", async () => {
    const env = { SESSION_FILE: `${workplace({})}/sessions.db` };
    const client = await loggedIn((await start(example(env))).url);
    const headers = { Cookie: client.cookieHeader() ?? "" };
    const secret = randomBytes(32).toString("hex");
    const other = browse((await start(example({ ...env, SESSION_SECRET: secret }))).url);
    expect((await other.get("/session", { headers })).status).toBe(401);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s lets a request under way finish, and then the process ends with 0",
    async (signal) => {
      const server = await start(example());
      const client = await loggedIn(server.url);
      const request = httpRequest(`${server.url}/basket`, {
        method: "POST",
        headers: {
          Expect: "100-continue",
          Accept: JSON_TYPE,
          Cookie: client.cookieHeader() ?? "",
          "Content-Type": "application/x-www-form-urlencoded",
          "Content-Length": "item=socks".length,
        },
      });
      // Then the server has taken it, and is waiting for the rest.
      await once(request, "continue");
      server.signal(signal);
      request.end("item=socks");
      const [response] = await once(request, "response");
      expect(response.statusCode).toBe(200);
      response.resume();
      expect(await server.ended).toBe(0);
      await expect(fetch(server.url)).rejects.toThrow();
    },
  );

  test("SIGTERM ends the streams of open pages, which do not keep it", async () => {
    const server = await start(example());
    const client = await loggedIn(server.url);
    const headers = { Cookie: client.cookieHeader() ?? "" };
    const stream = await fetch(`${server.url}/events`, { headers });
    server.signal("SIGTERM");
    // Nobody is told that the session has ended: it has not.
    expect(await stream.text()).not.toContain("ended");
    expect(await server.ended).toBe(0);
  });
});
