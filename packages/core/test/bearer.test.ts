import { expect, test } from "vitest";
import { bearerToken } from "@sojourn/testing";
import { browserAt, harness } from "./harness.ts";

const MINUTE = 60_000;

function api(options: Parameters<typeof harness>[0] = {}) {
  const { sessions, clock, events } = harness({ transport: "bearer", ...options });
  const client = browserAt(sessions, clock.now);
  const send = (path: string, authorization?: string, cookie: string | null = null) =>
    client.get(path, { cookie, headers: authorization ? { Authorization: authorization } : {} });
  return { sessions, clock, events, send };
}

test("the token comes in Session-Token, goes out in Authorization, and there is no cookie", async () => {
  const { send } = api();
  const login = await send("/login?user=ada");
  const token = login.headers.get("Session-Token");
  expect(token).toMatch(/^[\w-]{112}$/);
  expect(login.headers.getSetCookie()).toEqual([]);
  expect(login.headers.get("Cache-Control")).toBe("no-store");
  expect(login.headers.get("Vary")).toBe("Authorization");
  expect(login.headers.get("Access-Control-Expose-Headers")).toBeNull();

  const me = await send("/", `Bearer ${token}`);
  expect(await me.json()).toMatchObject({ userId: "ada" });
  expect(me.headers.get("Session-Token")).toBeNull();
  expect(me.headers.get("Vary")).toBe("Authorization");
  expect(me.headers.get("Cache-Control")).toBe("private");
});

test("the scheme is read in any case, and nothing else than Bearer is a token", async () => {
  const { send, sessions } = api();
  const token = await bearerToken(sessions, "ada");
  for (const scheme of ["Bearer", "bearer", "BEARER", "Bearer  "]) {
    expect((await send("/", `${scheme} ${token}`)).status).toBe(200);
  }
  for (const other of [token, `Basic ${token}`, `Bearer${token}`, `Bearer ${token} x`, "Bearer"]) {
    expect((await send("/", other)).status).toBe(401);
  }
});

test("a session token in a cookie is none, and with both carriers the answer is 400", async () => {
  const { send, sessions } = api();
  const token = await bearerToken(sessions, "ada");
  expect((await send("/", undefined, `__Host-id=${token}`)).status).toBe(401);
  expect((await send("/", `Bearer ${token}`, "theme=dark")).status).toBe(200);
  for (const name of ["__Host-id", "__Host-id-anon"]) {
    const both = await send("/", `Bearer ${token}`, `${name}=${token}`);
    expect(both.status).toBe(400);
    expect(await both.json()).toEqual({ error: "ambiguous-credentials" });
  }
});

test("with the cookie transport, Authorization is another's business", async () => {
  const { sessions, clock } = harness();
  const token = await bearerToken(sessions, "ada");
  const headers = { Authorization: `Bearer ${token}` };
  const response = await browserAt(sessions, clock.now).get("/", { headers });
  expect(response.status).toBe(401);
});

test("scripts of other origins see the token only if asked for", async () => {
  const { send } = api({ exposeToken: true });
  const login = await send("/login?user=ada");
  expect(login.headers.get("Access-Control-Expose-Headers")).toBe("Session-Token");
});

test("a renewed token comes back in the header; an anonymous one too; logout hands out none", async () => {
  const { send, clock, sessions } = api();
  const first = (await send("/write")).headers.get("Session-Token");
  expect(first).not.toBeNull();
  expect(await (await send("/", `Bearer ${first}`)).json()).toMatchObject({ userId: null });

  const token = (await send("/login?user=ada", `Bearer ${first}`)).headers.get("Session-Token");
  expect((await send("/", `Bearer ${first}`)).status).toBe(401);
  await send("/", `Bearer ${token}`);
  await sessions.drain();
  await clock.advance(15 * MINUTE);
  const renewed = await send("/", `Bearer ${token}`);
  expect(renewed.headers.get("Session-Token")).not.toBe(token);
  expect(renewed.headers.get("Cache-Control")).toBe("no-store");

  const newest = renewed.headers.get("Session-Token");
  const logout = await send("/logout", `Bearer ${newest}`);
  expect(logout.headers.get("Session-Token")).toBeNull();
  expect((await send("/", `Bearer ${newest}`)).status).toBe(401);
});

test("a made-up token is nobody's, and costs no store call", async () => {
  const { send, events } = api();
  expect((await send("/", `Bearer ${"A".repeat(112)}`)).status).toBe(401);
  expect(events.map(({ reason }) => reason)).toContain("malformed");
});
