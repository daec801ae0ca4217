import { fakeClock } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { boarded, figure, read } from "./harness.ts";

test("sessions are counted as they begin, are renewed, end and are refused, by reason", async () => {
  const { page, sessions, clock } = boarded();
  const { session, token } = await sessions.login("ada");
  const { session: second } = await sessions.login("ada");
  await sessions.create();
  await sessions.renew(second);
  await sessions.rotate(second);
  await sessions.destroy(session);
  expect(await sessions.open(token)).toBeNull();
  await sessions.revokeAll("ada");
  await sessions.drain();
  const html = await page();
  expect(figure(html, "created", "Signed in")).toBe("2");
  expect(figure(html, "created", "Anonymous")).toBe("1");
  expect(figure(html, "renewed", "Renewed")).toBe("1");
  expect(figure(html, "renewed", "Rotated")).toBe("1");
  expect(figure(html, "ended", "Logged out")).toBe("1");
  expect(figure(html, "ended", "Revoked, all of a user&#39;s")).toBe("1");
  expect(figure(html, "refused", "Its session has ended")).toBe("1");
  expect(figure(html, "active", "Signed in")).toBe("≈ 2");
  // Of three hours ago nothing is left in the plots of three hours; in those of seven days all is.
  await clock.advance(3 * 3_600_000 + 120_000);
  expect(figure(await page(), "created", "Signed in")).toBe("0");
  expect(figure(await page("?range=7d"), "created", "Signed in")).toBe("2");
  expect(figure(await page("?range=5m"), "created", "Signed in")).toBe("0");
});

test("a plot says in words what it draws", async () => {
  const { page, sessions, clock } = boarded();
  for (let i = 0; i < 3; i++) await sessions.login("ada");
  await clock.advance(600_000);
  await sessions.login("bob");
  const html = await page();
  expect(html).toMatch(
    /aria-label="Created: 4 in 3 hours. The most is 3, at 08:00; the latest is 1."/,
  );
  expect(html).toContain('aria-label="Refused: nothing in the last 3 hours."');
  expect(html).toMatch(/<title>\s*08:00\s+Signed in: 3\s*<\/title>/);
});

test("how many sessions there are is the store's answer, where it can tell; a failure is none", async () => {
  let answer: () => number = () => 12_345;
  const { page, clock } = boarded({ countSessions: () => answer() });
  expect(read(await page())).toContain("Live sessions 12,345 in the store");
  answer = () => {
    throw new Error("no");
  };
  // It is asked at most once in ten seconds.
  expect(read(await page())).toContain("Live sessions 12,345 in the store");
  await clock.advance(10_000);
  expect(read(await page())).toContain("Live sessions ≈ 0 signed in, seen within the hour");
});

describe("sessions in use are estimated", () => {
  test.each([1, 100, 20_000])("%d of them, within a tenth", async (many) => {
    const { page, tell, clock } = boarded();
    for (let i = 0; i < many; i++) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      const handle = Buffer.from(bytes).toString("base64url");
      // Each is told more than once.
      for (const _ of [1, 2]) tell({ type: "session_accessed", reason: null, handle, userId: "a" });
    }
    const estimate = async () =>
      Number(/In use ≈ ([\d,]+)/.exec(read(await page()))?.[1]?.replaceAll(",", ""));
    expect(Math.abs((await estimate()) - many)).toBeLessThanOrEqual(0.1 * many);
    await clock.advance(5 * 60_000);
    expect(await estimate()).toBe(0);
  });
});

test("store calls are timed by operation, and failures counted", async () => {
  const { page, sessions, store, clock } = boarded();
  const pause = store.pause("create", "after");
  const login = sessions.login("ada");
  await pause.reached;
  await clock.advance(100);
  pause.release();
  await login;
  store.failNext("list");
  await expect(sessions.list("ada")).rejects.toThrow();
  const html = await page();
  const create = /<th scope="row">create<\/th>(.*?)<\/tr>/s.exec(html)?.[1] ?? "";
  const [calls, failed, half] = read(create)
    .trim()
    .split(/ (?=[\d-])/);
  expect([calls, failed]).toEqual(["1", "0"]);
  // In the bucket from 64 to 128 ms.
  expect(Number.parseFloat(half ?? "")).toBeGreaterThan(63);
  expect(Number.parseFloat(half ?? "")).toBeLessThan(129);
  expect(figure(html, "failures", "Calls that failed")).toBe("1");
});

test("alerts are told with their evidence and what was done, the latest first", async () => {
  const { page, tell, clock } = boarded();
  const alert = { type: "alert", severity: "warning", handle: null } as const;
  const evidence = { network: "203.0.113.0/24", refusals: 214, places: ["FR", "BR"] };
  tell({ ...alert, reason: "guessing", evidence, done: ["throttled"] });
  await clock.advance(60_000);
  tell({ ...alert, reason: "new-device", userId: "ada", evidence: {}, done: [] });
  const html = await page();
  const text = read(html);
  expect(text).toContain("network 203.0.113.0/24");
  expect(text).toContain("refusals 214");
  expect(text).toContain("places FR, BR");
  expect(text).toContain("Done: throttled.");
  expect(text).toContain("Nothing was done by itself.");
  const list = text.slice(text.indexOf("Alerts"));
  expect(list.indexOf("new-device")).toBeLessThan(list.indexOf("guessing"));
  expect(html).toContain('href="?user=ada"');
});

test("what is wrong is told before what is merely worth knowing, for as long as it is called wrong", async () => {
  const { page, tell, clock } = boarded();
  const alert = { type: "alert", handle: null, evidence: {}, done: [] } as const;
  tell({ ...alert, severity: "critical", reason: "hijacking", userId: "eve" });
  await clock.advance(60_000);
  for (let i = 0; i < 9; i++) {
    tell({ ...alert, severity: "info", reason: "new-device", userId: `user${i}` });
  }
  const order = async () => {
    const text = read(await page());
    const list = text.slice(text.indexOf("Alerts"));
    return list.indexOf("hijacking") - list.indexOf("new-device");
  };
  expect(await order()).toBeLessThan(0);
  await clock.advance(3_600_000);
  expect(await order()).toBeGreaterThan(0);
});

test("of what was before it began nothing is known: that is shaded, and no zero", async () => {
  const { page, clock } = boarded();
  const shaded = async (query = "") => {
    const html = await page(query);
    const said = read(html).includes("What was before is not known, and shaded.");
    return [said, /class="before" d="M0 0H(\d+)/.exec(html)?.[1]];
  };
  // Of 90 bars of two minutes the last one is counted; each is 10 wide.
  expect(await shaded()).toEqual([true, "890"]);
  await clock.advance(90 * 60_000);
  expect(await shaded()).toEqual([true, "440"]);
  expect(await shaded("?range=5m")).toEqual([false, undefined]);
});

test("made where a Worker loads its modules, and has no time yet, it counts from the first that happens", async () => {
  const clock = fakeClock();
  let loading = true;
  const { page, tell } = boarded({
    clock: { ...clock, now: () => (loading ? 0 : clock.now()) },
  });
  loading = false;
  tell({ type: "token_refused", reason: "gone" });
  await clock.advance(120_000);
  expect(read(await page())).toContain("Counted since 2 minutes ago");
});

test("the same alert again is one, and says how often and since when", async () => {
  const { page, tell, clock } = boarded();
  for (let i = 0; i < 3; i++) {
    tell({ type: "token_reuse", reason: "revoke", userId: "ada", handle: "h".repeat(22) });
    await clock.advance(3_600_000);
  }
  const text = read(await page());
  expect(text).toMatch(/token-reuse of ada 1 hour ago ?, 3 times since 3 hours ago/);
  expect(text).toContain("Done: session revoked.");
});
