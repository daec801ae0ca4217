import { createSessions } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { rulesIn, violations } from "./support/axe.ts";
import { complaintsOf } from "./support/complaints.ts";
import { type Listener, serve } from "./support/site.ts";
import { describe, expect, test } from "./support/test.ts";

const shots = join(import.meta.dirname, "screenshots");

const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** A page of a shop in which something has happened, and what was asked of it. */
async function board() {
  const clock = fakeClock();
  const store = memoryStore();
  const board = dashboard({ isAdmin: () => true, title: "Shop sessions", clock });
  const sessions = board.use(
    createSessions({
      store: board.store(store),
      secret: randomBytes(32).toString("base64"),
      clock,
      onEvent: board.onEvent,
    }),
  );
  const client = { address: "203.0.113.7", userAgent: SAFARI };
  await sessions.login("ada", { client, label: "Phone" });
  await sessions.login("ada");
  const { session } = await sessions.login("bob");
  await sessions.destroy(session);
  const event = { at: clock.now(), userId: "ada", handle: null, impersonator: null, client: null };
  board.onEvent({ ...event, type: "token_refused", reason: "gone" }, null);
  const alert = { type: "alert", reason: "hijacking", severity: "critical" } as const;
  const evidence = { was: "Safari on iPhone", now: "curl" };
  board.onEvent({ ...event, ...alert, evidence, done: ["session-revoked"] }, null);
  await clock.advance(90_000);
  return { board, sessions, clock };
}

/** `fetch` behind node:http, over whichever scheme it is served. */
function listen(fetch: (request: Request) => Promise<Response>, scheme = "https"): Listener {
  return async (req, res) => {
    const host = req.headers[":authority"] ?? req.headers.host;
    const headers = Object.entries(req.headers).filter(([name]) => !name.startsWith(":"));
    const { method = "GET" } = req;
    const body = method === "POST" ? await text(req) : null;
    const init = { method, headers: headers as [string, string][], body };
    const response = await fetch(new Request(`${scheme}://${String(host)}${req.url}`, init));
    res.writeHead(response.status, Object.fromEntries(response.headers));
    res.end(await response.text());
  };
}

/** One whose seconds are not waited for. Of its own: a clock is not taken out again. */
async function pageWithClock(chromium: Browser): Promise<Page> {
  const page = await chromium.newPage();
  onTestFinished(() => page.close());
  await page.clock.install();
  return page;
}

const LOOKS = [
  { look: "light", colorScheme: "light", width: 1_280, query: "" },
  { look: "dark", colorScheme: "dark", width: 390, query: "" },
  { look: "user", colorScheme: "light", width: 390, query: "?user=ada" },
  { look: "user-dark", colorScheme: "dark", width: 1_280, query: "?user=ada" },
] as const;

describe("the dashboard", () => {
  test.for(LOOKS)(
    "$look: axe finds nothing, and nothing sticks out",
    async (given, { page, certificate }) => {
      const { look, colorScheme, width, query } = given;
      const { board: shown } = await board();
      const site = await serve(certificate, { "app.test": listen(shown.fetch) });
      const told = complaintsOf(page, /./);
      const before = page.viewportSize();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      mkdirSync(shots, { recursive: true });
      try {
        await page.goto(`${site.origin()}/${query}`);
        await page.locator("summary").first().click();
        expect(await violations(page, rulesIn(colorScheme))).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        await page.screenshot({ path: join(shots, `dashboard-${look}.png`), fullPage: true });
        expect(told).toEqual([]);
      } finally {
        await page.emulateMedia({ colorScheme: null });
        if (before !== null) await page.setViewportSize(before);
      }
    },
  );

  test("renews itself, with what was open still open and the focus where it was, until paused", async ({
    chromium,
    certificate,
  }) => {
    const { board: shown, sessions } = await board();
    const site = await serve(certificate, { "app.test": listen(shown.fetch) });
    const page = await pageWithClock(chromium);
    const told = complaintsOf(page, /./);
    await page.goto(site.origin());
    const created = page.locator("#created tbody tr").first().getByRole("cell");
    expect(await created.textContent()).toBe("3");
    const reasons = page.locator("#ended-reasons");
    await reasons.locator("summary").focus();
    await page.keyboard.press("Enter");
    await sessions.login("carol");
    await page.clock.runFor(5_000);
    await expect.poll(() => created.textContent()).toBe("4");
    expect(await reasons.getAttribute("open")).toBe("");
    expect(await page.evaluate(() => document.activeElement?.closest("details")?.id)).toBe(
      "ended-reasons",
    );

    await page.getByRole("button", { name: "Pause" }).click();
    const asked = site.requests.length;
    await sessions.login("carol");
    await page.clock.runFor(20_000);
    expect(site.requests).toHaveLength(asked);
    await page.getByRole("button", { name: "Go on" }).click();
    await expect.poll(() => created.textContent()).toBe("5");
    expect(told).toEqual([]);
  });

  test("says so when it is not answered, and when one is not let in any more", async ({
    chromium,
    certificate,
  }) => {
    const { board: shown } = await board();
    const page = await pageWithClock(chromium);
    let status = 200;
    const fetch = async (request: Request) =>
      status === 200 ? shown.fetch(request) : new Response("no", { status });
    const site = await serve(certificate, { "app.test": listen(fetch) });
    await page.goto(site.origin());
    const state = page.locator("#state");
    for (const [answer, sentence] of [
      [503, "No answer. These figures are old."],
      [200, ""],
      [403, "You are not let in any more. Reload the page."],
    ] as const) {
      status = answer;
      await page.clock.runFor(5_000);
      await expect.poll(() => state.textContent()).toBe(sentence);
    }
  });

  test("by keyboard: a user is found, and a session ended, which the page then says", async ({
    page,
    certificate,
  }) => {
    const { board: shown, sessions } = await board();
    const site = await serve(certificate, { "app.test": listen(shown.fetch) });
    await page.goto(`${site.origin()}/admin/sessions`);
    await page.getByLabel("Find a user by id").focus();
    await page.keyboard.type("ada");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sessions of ada" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/admin/sessions");
    await page.getByRole("button", { name: /End this session: Safari on iPhone/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("The session has ended.").waitFor();
    // Nobody is left where there is no button any more, and who does not see it is read it.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      "The session has ended.",
    );
    expect((await sessions.list("ada")).sessions).toHaveLength(1);
    await page.getByText("End all sessions of this user…").click();
    await page.getByRole("button", { name: "End all sessions" }).click();
    await page.getByText("This user has no live session.").waitFor();
    // What was done by a form is not done again by loading the page again.
    await page.reload();
    expect(site.requests.filter((request) => request.startsWith("POST"))).toHaveLength(2);
  });

  test("on plain http and another host, where browsers say less, its forms still work", async ({
    page,
  }) => {
    const { board: shown, sessions } = await board();
    const site = await serve(null, { "intern.test": listen(shown.fetch, "http") });
    await page.goto(`${site.origin()}/?user=ada`);
    await page.getByRole("button", { name: /End this session: Safari on iPhone/ }).click();
    await page.getByText("The session has ended.").waitFor();
    expect((await sessions.list("ada")).sessions).toHaveLength(1);
  });

  test("a form on another site ends nothing", async ({ page, certificate }) => {
    const { board: shown, sessions } = await board();
    const site = await serve(certificate, {
      "app.test": listen(shown.fetch),
      "evil.test": (_, res) => {
        res.setHeader("Content-Type", "text/html");
        res.end(`<!doctype html><title>Evil</title><link rel="icon" href="data:,">
          <form method="post" action="${site.origin()}/"><input name="user" value="ada">
          <button name="do" value="all">Win</button></form>`);
      },
    });
    await page.goto(site.origin("evil.test"));
    await page.getByText("Win").click();
    await page.getByText("This form did not come from this page.").waitFor();
    expect((await sessions.list("ada")).sessions).toHaveLength(2);
  });
});
