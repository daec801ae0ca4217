import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { browserAt, harness } from "./harness.ts";

const DAY = 86_400_000;
const timeouts = { default: "aal2", remembered: { absolute: "90d", idle: "30d" } } as const;

function site(options: Parameters<typeof harness>[0] = { timeouts }) {
  const { sessions, clock, events } = harness(options);
  return { sessions, clock, events, browser: browserAt(sessions, clock.now) };
}

test("a cookie ends with the browser, unless persistent is asked for", async () => {
  const { browser } = site();
  await browser.get("/login");
  expect(browser.cookies()).toMatchObject([{ name: "__Host-id", expiresAt: null }]);
  await browser.get("/login?persistent");
  expect(browser.cookies()).toMatchObject([{ expiresAt: expect.any(Number) }]);
});

test("a persistent one lasts for what is left of the absolute timeout, through renewals", async () => {
  const { browser, clock, sessions } = site();
  await browser.get("/login?persistent&policy=remembered");
  const ends = clock.now() + 90 * DAY;
  for (let days = 0; days < 90; days += 10) {
    const [cookie] = browser.cookies();
    expect(Math.abs((cookie?.expiresAt ?? 0) - ends)).toBeLessThan(1000);
    const response = await browser.get("/");
    expect(await response.json()).toMatchObject({
      userId: "ada",
      persistent: true,
      expiresAt: ends,
    });
    await browser.get("/");
    await sessions.drain();
    await clock.advance(10 * DAY);
  }
  expect(browser.cookies()).toEqual([]);
});

test("each session goes by the policy it was created under", async () => {
  const { browser, clock, sessions } = site();
  const brief = browserAt(sessions, clock.now);
  await browser.get("/login?policy=remembered");
  await brief.get("/login");
  await clock.advance(2 * 3_600_000);
  expect((await browser.get("/")).status).toBe(200);
  expect((await brief.get("/")).status).toBe(401);
});

test("a policy that has been removed since gives way to the default, which is not longer", async () => {
  const store = memoryStore();
  const before = site({ timeouts, store });
  const after = site({ store });
  await before.browser.get("/login?policy=remembered");
  const cookie = before.browser.cookieHeader();
  expect((await after.browser.get("/", { cookie })).status).toBe(200);
  await after.clock.advance(DAY);
  expect((await after.browser.get("/", { cookie })).status).toBe(401);
});

test("a policy that there is not is an error that lists those there are", async () => {
  const { sessions } = site();
  await expect(sessions.login("ada", { policy: "forever" })).rejects.toThrow(
    /"forever".*default, remembered/,
  );
});

test("no cookie lives longer than 400 days, as browsers have it", async () => {
  const { browser, clock } = site({ timeouts: { absolute: "400d", idle: "none" } });
  await browser.get("/login?persistent");
  const [cookie] = browser.cookies();
  expect(cookie?.expiresAt).toBe(clock.now() + 400 * DAY);
});

test("to stay signed in is a session: one a browser, listed, ended like others (C3)", async () => {
  const { browser: laptop, sessions, clock } = site();
  const phone = browserAt(sessions, clock.now);
  const path = "/login?persistent&policy=remembered";
  const handles: string[] = [];
  for (const browser of [laptop, phone]) {
    const response = await browser.get(path);
    handles.push(((await response.json()) as { handle: string }).handle);
    // There is no second cookie that would outlive this one.
    expect(browser.cookies().map(({ name }) => name)).toEqual(["__Host-id"]);
    await clock.advance(1);
  }
  const listed = (await sessions.list("ada")).sessions.map(({ handle }) => handle);
  expect(listed.sort()).toEqual([...handles].sort());
  await sessions.revoke("ada", handles[0]!);
  expect((await laptop.get("/")).status).toBe(401);
  expect((await phone.get("/")).status).toBe(200);
  await sessions.onCredentialChange("ada");
  expect((await phone.get("/")).status).toBe(401);
});

test("what keeps one signed in is used once: a copy of it that is late ends it (C3)", async () => {
  const { browser, sessions, clock, events } = site();
  await browser.get("/login?persistent&policy=remembered");
  const copy = browser.cookieHeader();
  await clock.advance(DAY);
  // The next visit brings another, and the one after shows that it has arrived.
  await browser.get("/");
  await browser.get("/");
  await sessions.drain();
  expect(browser.cookieHeader()).not.toBe(copy);
  await clock.advance(61_000);
  expect((await browser.get("/", { cookie: copy, hold: true })).status).toBe(401);
  expect(events).toContainEqual(expect.objectContaining({ type: "token_reuse", userId: "ada" }));
  expect((await browser.get("/")).status).toBe(401);
});
