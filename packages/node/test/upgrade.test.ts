import {
  type Channel,
  ConflictError,
  createSessions,
  type PoweredStore,
  type Sessions,
  type SessionsOptions,
  UnauthenticatedError,
  type UserSession,
  wrapStore,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { onUpgrade, type UpgradeHandler, type UpgradeOptions, withSessions } from "@sojourn/node";
import { createClient, fakeClock, signedInClient, type TestClient } from "@sojourn/testing";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { secret } from "./secret.ts";
import { listen } from "./server.ts";
import { accept, handshake, openSocket } from "./websocket.ts";

const MINUTE = 60_000;
const SIGNED_OUT = 4001;

/** Counts what is subscribed to. */
function counted(channel: Channel) {
  const state = { subscriptions: 0 };
  const subscribe: Channel["subscribe"] = (topic, listener, options) => {
    state.subscriptions++;
    options.signal.addEventListener("abort", () => state.subscriptions--);
    return channel.subscribe(topic, listener, options);
  };
  return { state, channel: { ...channel, subscribe } satisfies Channel };
}

/** Several processes on one store, with one clock that only the test moves. */
function world(options: Partial<SessionsOptions> = {}) {
  const clock = fakeClock();
  const memory = memoryStore();
  const { channel, state } = counted(memory.powers.channel);
  const calls: string[] = [];
  const down = { is: false };
  const wrapped = wrapStore(memory, (run, operation) => {
    calls.push(operation);
    return down.is ? Promise.reject(new Error("down")) : run();
  });
  const store: PoweredStore = { ...wrapped, powers: { ...wrapped.powers, channel } };
  const process = () => createSessions({ store, secret, clock, onWarning: () => {}, ...options });
  const here = process();
  /** What is there for as long as a socket is watched. */
  const watches = () => ({ sleeping: clock.sleeping, subscriptions: state.subscriptions });
  return { clock, calls, down, process, here, watches };
}

const NOTHING = { sleeping: 0, subscriptions: 0 };

/** Greets the user, and closes when the session ends. */
function greet(socket: Duplex, req: Parameters<UpgradeHandler>[0], user: UserSession): void {
  const peer = accept(req, socket);
  peer.send(user.userId);
  user.signal.addEventListener("abort", () => peer.close(SIGNED_OUT), { once: true });
}

/** An application with pages and a socket. */
async function serve(
  sessions: Sessions,
  options: UpgradeOptions = {},
  handler: UpgradeHandler = async (req, socket, _head, session) =>
    greet(socket, req, await session.requireUser()),
) {
  const pages = withSessions(sessions, async (req, res, session) => {
    const user = await session.requireUser();
    if (req.url === "/logout") await session.logout();
    if (req.url === "/rotate") await user.rotate();
    res.end(req.url === "/ticket" ? user.ticket() : user.userId);
  });
  const server = createServer(pages);
  const sockets: Duplex[] = [];
  const upgraded = onUpgrade(sessions, handler, options);
  server.on("upgrade", (req, socket, head) => {
    sockets.push(socket);
    upgraded(req, socket, head);
  });
  const running = await listen(server);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await running.close();
  });
  const { port } = running;
  const url = `ws://127.0.0.1:${port}/`;
  const origin = `http://127.0.0.1:${port}`;

  return {
    ...running,
    origin,
    sockets,
    async signIn() {
      return signedInClient(sessions, "ada", running.fetch, { origin: "http://localhost" });
    },
    open: (browser: TestClient) =>
      openSocket(url, { Origin: origin, Cookie: browser.cookieHeader() ?? "" }),
    openWith: (query: string, from = origin) => openSocket(`${url}?${query}`, { Origin: from }),
    /** What this page's handshake is answered, with or without a cookie. */
    answer: (headers: Record<string, string> = {}, path = "/") =>
      handshake(port, path, { Origin: origin, ...headers }),
  };
}

/** Until it is so: what is under way goes on with the events of real sockets. */
async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 5, timeout: 5_000 }).toBe(true);
}

describe("a handshake", () => {
  test("opens a socket for who is signed in, by cookie", async () => {
    const { here } = world();
    const app = await serve(here);
    expect(await app.open(await app.signIn()).greeting).toBe("ada");
  });

  test("from another site is a 403: no handler runs, and no store is asked (ASVS 4.4.2)", async () => {
    const { here, calls } = world();
    let ran = 0;
    const app = await serve(here, {}, () => void ran++);
    const Cookie = (await app.signIn()).cookieHeader() as string;
    calls.length = 0;
    for (const headers of [
      { Origin: "https://evil.test" },
      { Origin: "null" },
      { Origin: app.origin.replace("http:", "https:") },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site", Origin: "http://evil.localhost" },
    ]) {
      const { status, headers: told, body, closed } = await app.answer({ Cookie, ...headers });
      expect([status, body]).toEqual([403, '{"error":"cross-site"}']);
      expect(told).toMatchObject({
        connection: "close",
        "content-length": "22",
        "cache-control": "no-store",
        vary: "Sec-Fetch-Site, Origin, Cookie",
      });
      expect(told["set-cookie"]).toBeUndefined();
      await closed;
    }
    expect([ran, calls]).toEqual([0, []]);
    await expect(app.openWith("", "https://evil.test").greeting).rejects.toThrow("1006");
  });

  test("from an origin that is allowed passes, and so does one of no browser", async () => {
    const { here } = world({ csrf: { allowedOrigins: ["https://app.test"] } });
    const app = await serve(here);
    const Cookie = (await app.signIn()).cookieHeader() as string;
    expect((await app.answer({ Cookie, Origin: "https://app.test" })).status).toBe(101);
    const { status } = await handshake(app.port, "/", { Cookie });
    expect(status).toBe(101);
  });

  test("behind a proxy that ends TLS is from the origin that the browser sees", async () => {
    const { here } = world();
    const app = await serve(here, { trustProxy: ["loopback"] });
    const Cookie = (await app.signIn()).cookieHeader() as string;
    const proxied = { Cookie, Host: "app.test", "X-Forwarded-Proto": "https" };
    expect((await app.answer({ ...proxied, Origin: "https://app.test" })).status).toBe(101);
    expect((await app.answer({ ...proxied, Origin: "http://app.test" })).status).toBe(403);
  });

  test("without a session is a 401", async () => {
    const { here } = world();
    const app = await serve(here);
    const { status, body, headers, closed } = await app.answer();
    expect([status, body]).toEqual([401, '{"error":"unauthenticated"}']);
    expect(headers["content-type"]).toBe("application/json");
    await closed;
    await until(() => app.sockets.every((socket) => socket.destroyed));
  });

  test("is a 503 while the store is away, and a 429 where the source has to wait", async () => {
    const { here, down } = world({ throttle: () => (down.is ? null : 7) });
    const app = await serve(here);
    const Cookie = (await app.signIn()).cookieHeader() as string;
    const late = await app.answer({ Cookie });
    expect([late.status, late.headers["retry-after"]]).toEqual([429, "7"]);
    down.is = true;
    const { status, body } = await app.answer({ Cookie });
    expect([status, body]).toEqual([503, '{"error":"store-unavailable"}']);
  });

  test("whose handler fails is a plain 500, and somebody is told", async () => {
    const { here } = world();
    const told: unknown[] = [];
    const fault = new Error("a bug");
    const app = await serve(here, { onError: (error, { url }) => told.push(error, url) }, () => {
      throw fault;
    });
    const { status, body, closed } = await app.answer({}, "/x");
    expect([status, body]).toEqual([500, "Internal Server Error"]);
    await closed;
    expect(told).toEqual([fault, "/x"]);
  });

  test("that ends a session and is then declined brings the cookie's end", async () => {
    const { here } = world();
    const app = await serve(here, {}, async (_req, _socket, _head, session) => {
      await session.logout();
      await session.requireUser();
    });
    const Cookie = (await app.signIn()).cookieHeader() as string;
    const { status, headers } = await app.answer({ Cookie });
    expect(status).toBe(401);
    expect(headers["set-cookie"]?.join()).toMatch(/__Host-id=;.*Max-Age=0/);
  });

  test("renews nothing, and the next request does: the response is the socket library's", async () => {
    const { here, clock } = world();
    const app = await serve(here);
    const browser = await app.signIn();
    const before = browser.cookieHeader();
    await clock.advance(16 * MINUTE);
    await app.open(browser).greeting;
    await here.drain();
    await browser.get("/");
    expect(browser.cookieHeader()).not.toBe(before);
  });

  test("that fails once the socket is open closes it, and somebody is told", async () => {
    const { here } = world();
    const told: unknown[] = [];
    const onError = (error: unknown) => void told.push(error);
    const app = await serve(here, { onError }, async (req, socket, _head, session) => {
      greet(socket, req, await session.requireUser());
      throw new ConflictError(["late"]);
    });
    const socket = app.open(await app.signIn());
    expect(await socket.closed).toBe(1006);
    expect(told).toEqual([expect.any(ConflictError)]);
  });

  test("whose changes cannot be saved leaves no socket open", async () => {
    const { here, down, watches } = world();
    const told: unknown[] = [];
    const onError = (error: unknown) => void told.push(error);
    const app = await serve(here, { onError }, async (req, socket, _head, session) => {
      const user = await session.requireUser();
      user.data["opened"] = true;
      greet(socket, req, user);
      down.is = true;
    });
    const socket = app.open(await app.signIn());
    expect(await socket.closed).toBe(1006);
    expect(told).toMatchObject([{ code: "store-unavailable" }]);
    await until(() => watches().sleeping === 0);
  });
});

describe("a socket (J5)", () => {
  const ENDINGS: Record<string, (given: Given) => Promise<unknown>> = {
    "a logout by another request": ({ browser }) => browser.get("/logout"),
    "a rotation by another request": ({ browser }) => browser.get("/rotate"),
    "a revocation of all": ({ here }) => here.revokeAll("ada"),
    "a revocation in another process": ({ there, handle }) => there.revoke("ada", handle),
    "everyone's end in another process": ({ there }) => there.revokeEveryone(),
  };
  interface Given {
    readonly browser: TestClient;
    readonly here: Sessions;
    readonly there: Sessions;
    /** Of the browser's session. */
    readonly handle: string;
  }

  test.each(Object.keys(ENDINGS))("closes at once, with a code: %s", async (name) => {
    const { here, process, watches } = world();
    const app = await serve(here);
    const browser = await app.signIn();
    const socket = app.open(browser);
    await socket.greeting;
    const [session] = (await here.list("ada")).sessions;
    const other = app.open(await app.signIn());
    await other.greeting;
    await until(() => watches().subscriptions === 2);
    const handle = session?.handle as string;
    await ENDINGS[name]?.({ browser, here, there: process(), handle });
    // The clock stands still: nobody has looked by the interval.
    expect(await socket.closed).toBe(SIGNED_OUT);
    const all = /revocation of all|everyone/.test(name);
    if (all) expect(await other.closed).toBe(SIGNED_OUT);
    else expect(other.isOpen).toBe(true);
    other.close();
    await until(() => app.sockets.every((each) => each.destroyed));
    expect(watches()).toEqual(NOTHING);
  });

  test("outlives renewals", async () => {
    const { here, clock } = world();
    const app = await serve(here);
    const browser = await app.signIn();
    const socket = app.open(browser);
    await socket.greeting;
    const cookies = new Set([browser.cookieHeader()]);
    for (let quarter = 0; quarter < 3; quarter++) {
      await clock.advance(16 * MINUTE);
      await browser.get("/");
      await browser.get("/");
      await here.drain();
      cookies.add(browser.cookieHeader());
    }
    await clock.advance(MINUTE);
    expect(cookies.size).toBe(4);
    expect(socket.isOpen).toBe(true);
  });

  test("ends when nobody has been active for too long: being open is no activity", async () => {
    const { here, clock } = world();
    const app = await serve(here);
    const socket = app.open(await app.signIn());
    await socket.greeting;
    await clock.advance(60 * MINUTE);
    expect(await socket.closed).toBe(SIGNED_OUT);
  });

  test("leaves nothing when its client closes it, or breaks off", async () => {
    const { here, watches } = world();
    const app = await serve(here);
    const browser = await app.signIn();
    const socket = app.open(browser);
    await socket.greeting;
    await until(() => watches().subscriptions === 2);
    expect(watches().sleeping).toBe(1);
    socket.close();
    await until(() => app.sockets.every((each) => each.destroyed));
    expect(watches()).toEqual(NOTHING);
    await app.open(browser).greeting;
    const last = app.sockets.at(-1) as Duplex;
    const closed = new Promise((resolve) => last.once("close", resolve));
    last.destroy(new Error("reset"));
    await closed;
    expect(watches()).toEqual(NOTHING);
    expect(last.listenerCount("close")).toBe(0);
  });

  test("whose client breaks off before there is an answer harms nobody", async () => {
    const { here, watches } = world();
    const arrived = Promise.withResolvers<Duplex>();
    const left = Promise.withResolvers<void>();
    const app = await serve(here, {}, async (req, socket, _head, session) => {
      const user = await session.requireUser();
      arrived.resolve(socket);
      await left.promise;
      greet(socket, req, user);
    });
    const Cookie = (await app.signIn()).cookieHeader();
    const client = connect(app.port, "127.0.0.1");
    client.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: ${Cookie}\r\n\r\n`,
    );
    const socket = await arrived.promise;
    const closed = once(client, "close");
    client.resetAndDestroy();
    await closed;
    left.resolve();
    await until(() => socket.closed);
    await here.drain();
    expect(watches()).toEqual(NOTHING);
    expect(await app.open(await app.signIn()).greeting).toBe("ada");
  });
});

describe("a ticket in the URL, where no cookie reaches (ASVS 4.4.3, 4.4.4)", () => {
  async function withTickets() {
    const w = world({ csrf: { allowedOrigins: ["https://app.test"] } });
    const app = await serve(w.here, {}, async (req, socket, _head, { client }) => {
      const given = new URL(req.url as string, "http://localhost").searchParams.get("ticket");
      const user = await w.here.openTicket(given ?? "", { client });
      if (!user?.userId) throw new UnauthenticatedError();
      socket.once("close", () => user.unwatch());
      greet(socket, req, user as UserSession);
    });
    const browser = await app.signIn();
    const ticket = async () => `ticket=${await (await browser.get("/ticket")).text()}`;
    const open = (query: string) => app.openWith(query, "https://app.test");
    return { ...w, app, browser, ticket, open };
  }

  test("opens one socket, which ends with its session", async () => {
    const { browser, ticket, open, app, watches } = await withTickets();
    const query = await ticket();
    const socket = open(query);
    expect(await socket.greeting).toBe("ada");
    await expect(open(query).greeting).rejects.toThrow("1006");
    expect(socket.isOpen).toBe(true);
    await browser.get("/logout");
    expect(await socket.closed).toBe(SIGNED_OUT);
    await until(() => app.sockets.every((each) => each.destroyed));
    expect(watches()).toEqual(NOTHING);
  });

  test("opens none after a logout, a minute later, or for another site", async () => {
    const { browser, ticket, open, app, clock } = await withTickets();
    const late = await ticket();
    await clock.advance(MINUTE);
    await expect(open(late).greeting).rejects.toThrow("1006");
    const foreign = await app.answer({ Origin: "https://evil.test" }, `/?${await ticket()}`);
    expect(foreign.status).toBe(403);
    const query = await ticket();
    await browser.get("/logout");
    await expect(open(query).greeting).rejects.toThrow("1006");
    const made = await app.answer({ Origin: "https://app.test" }, "/?ticket=made-up");
    expect([made.status, made.body]).toEqual([401, '{"error":"unauthenticated"}']);
  });

  test("leaves nothing behind when its socket closes", async () => {
    const { ticket, open, app, watches } = await withTickets();
    const socket = open(await ticket());
    await socket.greeting;
    await until(() => watches().subscriptions === 2);
    socket.close();
    await until(() => app.sockets.every((each) => each.destroyed));
    expect(watches()).toEqual(NOTHING);
  });
});

test("a request that is no handshake stays the server's", async () => {
  const { here } = world();
  const app = await serve(here);
  const stranger = createClient(app.fetch, { origin: "http://localhost" });
  expect((await stranger.get("/")).status).toBe(401);
});
