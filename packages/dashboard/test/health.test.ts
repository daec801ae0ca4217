import { describe, expect, test } from "vitest";
import { boarded, read } from "./harness.ts";

/** What the page says first, up to the figures. */
async function status(page: () => Promise<string>): Promise<string> {
  const text = read(await page());
  return text.slice(0, text.indexOf("Right now"));
}

test("nothing is wrong where all is as usual", async () => {
  const { page, sessions } = boarded();
  await sessions.login("ada");
  expect(await status(page)).toContain("Nothing is wrong As of 08:00:00 UTC");
});

describe("something is wrong, since when, for whom, and what to do", () => {
  test("where the store fails", async () => {
    const { page, sessions, store, clock } = boarded();
    for (let minute = 0; minute < 5; minute++) {
      await sessions.list("ada");
      store.failNext("list");
      await expect(sessions.list("ada")).rejects.toThrow();
      await clock.advance(60_000);
    }
    store.failNext("list");
    await expect(sessions.list("ada")).rejects.toThrow();
    const told = await status(page);
    expect(told).toContain("One thing is wrong");
    expect(told).toMatch(/critical The store fails: 1 of \d+ calls? in the last minute\./);
    expect(told).toMatch(/Since 08:00 UTC, ?5 minutes ago/);
    expect(told).toContain("What to do Look at the store");
    await clock.advance(61_000);
    expect(await status(page)).toContain("Nothing is wrong");
  });

  test("where the store does not answer at all", async () => {
    const { page, sessions, store, clock } = boarded();
    store.failNext("list", "hang");
    const list = sessions.list("ada").catch((error: unknown) => error);
    await expect.poll(() => store.calls.list).toBe(1);
    await clock.advance(4_000);
    expect(await status(page)).toContain("Nothing is wrong");
    await clock.advance(2_000);
    expect(await status(page)).toContain("critical The store does not answer: 1 call waits");
    void list;
  });

  test("where the store is slow", async () => {
    const { page, sessions, store, clock } = boarded();
    for (let i = 0; i < 30; i++) {
      const pause = store.pause("list", "after");
      const list = sessions.list("ada");
      await pause.reached;
      await clock.advance(i > 20 ? 900 : 10);
      pause.release();
      await list;
    }
    expect(await status(page)).toMatch(/warning The store is slow: one call in a hundred takes/);
  });

  test("where more is refused than usual, which names what it is most", async () => {
    const { page, tell, clock } = boarded();
    const refuse = (many: number) => {
      for (let i = 0; i < many; i++) tell({ type: "token_refused", reason: "malformed" });
    };
    for (let minute = 0; minute < 60; minute++) {
      refuse(10);
      await clock.advance(60_000);
    }
    expect(await status(page)).toContain("Nothing is wrong");
    for (let minute = 0; minute < 5; minute++) {
      refuse(100);
      await clock.advance(60_000);
    }
    const told = await status(page);
    expect(told).toMatch(/4\d\d refusals in five minutes, usually 5\d\. Most: not a token of ours/);
    expect(told).toMatch(/Since 09:00 UTC/);
    expect(told).toContain("none of it critical");
  });

  test("where nobody gets in any more", async () => {
    const { page, tell, clock } = boarded();
    for (let minute = 0; minute < 30; minute++) {
      for (let i = 0; i < 10; i++) tell({ type: "session_created", reason: null, userId: "ada" });
      await clock.advance(60_000);
    }
    expect(await status(page)).toContain("Nothing is wrong");
    await clock.advance(5 * 60_000);
    const told = await status(page);
    expect(told).toContain("critical No new session in five minutes, usually");
    expect(told).toMatch(/Since 08:\d\d UTC, ?5 minutes ago/);
  });

  test("where a copied token was presented: the user is named, and leads to the sessions", async () => {
    const { page, tell, clock } = boarded();
    tell({ type: "token_reuse", reason: "revoke", userId: "ada", handle: "h".repeat(22) });
    await clock.advance(60_000);
    const html = await page();
    expect(await status(page)).toMatch(
      /1 critical alert in the last hour: token-reuse\. Since 08:00 UTC, ?1 minute ago Affected ada/,
    );
    expect(html.indexOf('href="?user=ada"')).toBeLessThan(html.indexOf("Right now"));
    await clock.advance(3_600_000);
    expect(await status(page)).toContain("Nothing is wrong");
  });

  test("where records are damaged", async () => {
    const { page, tell } = boarded();
    tell({ type: "record_corrupt", reason: null });
    expect(await status(page)).toContain("Damaged in five minutes: 1 record or write.");
  });
});

test("what a detector says of a copied token stands for the event that it saw", async () => {
  const { page, tell } = boarded();
  const handle = "h".repeat(22);
  tell({ type: "token_reuse", reason: "revoke", userId: "ada", handle });
  const alert = { type: "alert", severity: "critical", evidence: {}, done: [] } as const;
  tell({ ...alert, reason: "hijacking", userId: "ada", handle });
  const told = await status(page);
  expect(told).toContain("1 critical alert in the last hour: hijacking.");
  // What was done of that is not forgotten.
  expect(read(await page())).toContain("Done: session revoked.");
});
