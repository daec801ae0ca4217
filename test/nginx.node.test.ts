import { createSessions, type RequestSession, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { withSessions } from "@sojourn/node";
import { type NginxOptions, startNginx } from "@sojourn/servers";
import { createClient, type TestClient } from "@sojourn/testing";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";

const secret = "cHJvYmFibHkgbm90IGEgc2VjcmV0LCBidXQgbG9uZyBlbm91Z2g=";

/** All that the application says of itself, of every page. */
const PUBLIC = { "Cache-Control": "public, max-age=3600" };

async function pageOf(req: IncomingMessage, session: RequestSession): Promise<string> {
  switch (req.url) {
    case "/style":
      return "body {}";
    case "/enter":
      return (await session.login(String(req.headers["x-user"]))).userId;
    default:
      return (await session.get())?.userId ?? "nobody";
  }
}

type Adapter = (sessions: Sessions) => RequestListener;

const sound: Adapter = (sessions) =>
  withSessions(
    sessions,
    async (req, res, session) => {
      const page = await pageOf(req, session);
      res.writeHead(200, PUBLIC).end(page);
    },
    { trustProxy: ["loopback"] },
  );

/** Leaves out all of our headers but the cookie. */
const broken: Adapter = (sessions) => async (req, res) => {
  const exchange = sessions.begin({ cookie: req.headers.cookie ?? null, secure: true });
  const page = await pageOf(req, exchange.session);
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  res.writeHead(200, { ...PUBLIC, "Set-Cookie": headers.getSetCookie() }).end(page);
};

type Ignored = NonNullable<NginxOptions["ignore"]>;

/** Gives browsers of the application behind a real nginx. */
async function behindNginx(adapter: Adapter, ignore: Ignored): Promise<() => TestClient> {
  const sessions = createSessions({ store: memoryStore(), secret });
  const app = createServer(adapter(sessions)).listen(0, "127.0.0.1");
  await once(app, "listening");
  onTestFinished(() => {
    app.close();
    app.closeAllConnections();
  });
  const { port } = app.address() as AddressInfo;
  const nginx = await startNginx({ upstream: port, ignore });
  onTestFinished(() => nginx.stop());
  return () =>
    createClient(({ url, headers }) => fetch(nginx.url + new URL(url).pathname, { headers }));
}

async function see(client: TestClient, path: string, user = ""): Promise<string> {
  const response = await client.get(path, { headers: { "X-User": user } });
  expect(response.status).toBe(200);
  return `${await response.text()}, ${response.headers.get("X-Cache")}`;
}

async function nobodyGetsAnothers(ignore: Ignored): Promise<void> {
  const heedsVary = !ignore.includes("Vary");
  const browser = await behindNginx(sound, ignore);
  const [ada, grace, nobody] = [browser(), browser(), browser()];
  // The page of nobody may be cached, and is: only Vary keeps it from those who are somebody.
  if (heedsVary) expect(await see(nobody, "/")).toBe("nobody, MISS");
  expect(await see(ada, "/enter", "ada")).toBe("ada, MISS");
  expect(await see(grace, "/enter", "grace")).toBe("grace, MISS");
  const cookies = [ada, grace].map((client) => client.cookies()[0]?.value);
  expect([new Set(cookies).size, cookies.includes(undefined)]).toEqual([2, false]);
  for (let round = 0; round < 2; round++) {
    expect(await see(ada, "/")).toBe("ada, MISS");
    expect(await see(grace, "/")).toBe("grace, MISS");
    if (heedsVary) expect(await see(nobody, "/")).toBe("nobody, HIT");
  }
  expect(await see(browser(), "/")).toBe(heedsVary ? "nobody, HIT" : "nobody, MISS");
  expect(nobody.cookies()).toEqual([]);
}

test("invariant 10: behind nginx nobody gets another's page or cookie (E3)", () =>
  nobodyGetsAnothers([]));

test("invariant 10: nor behind an nginx that ignores Set-Cookie (E3)", () =>
  nobodyGetsAnothers(["Set-Cookie"]));

test("invariant 10: nor behind an nginx that ignores Vary (E3)", () =>
  nobodyGetsAnothers(["Vary"]));

test("invariant 10: Vary alone keeps users apart in an nginx that ignores Cache-Control (E3)", async () => {
  const browser = await behindNginx(sound, ["Cache-Control"]);
  const [ada, grace, nobody] = [browser(), browser(), browser()];
  await see(ada, "/enter", "ada");
  await see(grace, "/enter", "grace");
  for (const state of ["MISS", "HIT"]) {
    expect(await see(ada, "/")).toBe(`ada, ${state}`);
    expect(await see(grace, "/")).toBe(`grace, ${state}`);
    expect(await see(nobody, "/")).toBe(`nobody, ${state}`);
  }
  expect(nobody.cookies()).toEqual([]);
});

test("what does not ask for the session is cached by nginx for everybody", async () => {
  const browser = await behindNginx(sound, []);
  const [ada, grace] = [browser(), browser()];
  await see(ada, "/enter", "ada");
  expect(await see(ada, "/style")).toBe("body {}, MISS");
  expect(await see(ada, "/style")).toBe("body {}, HIT");
  expect(await see(grace, "/style")).toBe("body {}, HIT");
});

test("an adapter that leaves the headers out gives nginx another's page, and cookie, to hand on", async () => {
  const browser = await behindNginx(broken, ["Set-Cookie"]);
  const [ada, grace] = [browser(), browser()];
  await see(ada, "/enter", "ada");
  expect(await see(ada, "/")).toBe("ada, MISS");
  expect(await see(browser(), "/")).toBe("ada, HIT");
  expect(await see(grace, "/enter", "grace")).toBe("ada, HIT");
  expect(grace.cookies()).toEqual(ada.cookies());
});
