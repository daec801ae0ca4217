import { closingOf } from "@sojourn/core";
import { createClient } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";

const QUARTER = 15 * 60_000;

/** A browser that is signed in, some moments after its session's renewal came due. */
async function dueForRenewal() {
  const { sessions, clock, events } = harness();
  const fetch = sessions.fetch(async (request, { session }) => {
    if (new URL(request.url).pathname === "/login") await session.login("ada");
    const found = await session.get();
    if (found !== null && request.headers.has("X-Write")) found.data["written"] = true;
    return Response.json(found?.data ?? null);
  });
  const browser = createClient(fetch, { now: clock.now });
  await browser.get("/login");
  await clock.advance(QUARTER);
  const upgrade = { Upgrade: "websocket", Origin: "https://app.test" };
  const renewals = () => events.filter(({ type }) => type === "session_renewed").length;
  return { sessions, clock, browser, upgrade, renewals };
}

test("a socket's handshake renews nothing, since nobody may deliver the cookie", async () => {
  const { sessions, browser, upgrade, renewals } = await dueForRenewal();
  const response = await browser.get("/socket", { headers: upgrade });
  await sessions.drain();
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(renewals()).toBe(0);
});

test("it does not put off the renewal by the next request either", async () => {
  const { browser, upgrade, renewals } = await dueForRenewal();
  await browser.get("/socket", { headers: upgrade });
  const response = await browser.get("/");
  expect(response.headers.getSetCookie()).toHaveLength(1);
  expect(renewals()).toBe(1);
});

test("what it changed is saved all the same", async () => {
  const { browser, upgrade } = await dueForRenewal();
  await browser.get("/socket", { headers: { ...upgrade, "X-Write": "1" } });
  expect(await (await browser.get("/")).json()).toEqual({ written: true });
});

test("a socket may be the first sight of a new secret: the old one is over a grace later", async () => {
  const { sessions, clock, browser, upgrade } = await dueForRenewal();
  const copy = browser.copy();
  await browser.get("/");
  await browser.get("/socket", { headers: upgrade });
  await sessions.drain();
  await clock.advance(61_000);
  expect(await (await copy.get("/")).json()).toBeNull();
});

test("once it is a socket nobody looks at the request's headers any more: on Deno they are gone", async () => {
  const { sessions } = harness();
  const { token } = await sessions.login("ada");
  const headers = { gone: false };
  function header(name: string): string | null {
    if (headers.gone) throw new TypeError("Request closed");
    return name === "upgrade" ? "websocket" : null;
  }
  const raw = { get: header, has: (name: string) => header(name.toLowerCase()) !== null };
  const { signal } = new AbortController();
  const closing = closingOf({ method: "GET", signal, headers: raw as unknown as Headers });
  const exchange = sessions.begin({
    cookie: `__Host-id=${token}`,
    secure: true,
    request: { method: "GET", path: "/", ownOrigin: () => null, header },
    closed: closing.closed,
  });
  const user = await exchange.session.requireUser();
  headers.gone = true;
  await exchange.finish();
  const response = new Response(null);
  exchange.apply(response.headers);
  expect(closing.watched(response)).toBe(response);
  expect(user.signal.aborted).toBe(false);
  user.unwatch();
});
