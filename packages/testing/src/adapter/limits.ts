import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { expectDead, look, ok, see, rest } from "./look.ts";
import type { Stage, Story } from "./stage.ts";
import { FULL } from "./tier.ts";

/** Invariant 6: a user has as many sessions as allowed, exactly. */
export const limits: readonly Story[] = [
  {
    title: "invariant 6: many concurrent logins leave exactly maxPerUser sessions",
    async run(stage) {
      const site = await stage.serve({ maxPerUser: 5 });
      const browsers = Array.from({ length: FULL ? 500 : 100 }, () => site.browser());
      await Promise.all(browsers.map((browser) => ok(browser.post("/login?user=ada"))));
      expect(count(stage)).toBe(5);
      expect(await alive(browsers)).toBe(5);
      expect((await site.sessions.list("ada")).sessions).toHaveLength(5);
      expect(
        stage.events.filter(
          ({ type, reason }) => type === "excess_sessions_exceeded" && reason === "evict",
        ),
      ).toHaveLength(browsers.length - 5);
    },
  },
  {
    title:
      'invariant 6: with onLimit "refuse" exactly maxPerUser logins succeed, the others are a 409',
    async run(stage) {
      const site = await stage.serve({ maxPerUser: 5, onLimit: "refuse" });
      const browsers = Array.from({ length: FULL ? 500 : 100 }, () => site.browser());
      const responses = await Promise.all(
        browsers.map((browser) => browser.post("/login?user=ada")),
      );
      expect(responses.filter(({ status }) => status === 200)).toHaveLength(5);
      expect(responses.filter(({ status }) => status === 409)).toHaveLength(browsers.length - 5);
      expect(count(stage)).toBe(5);
      expect(await alive(browsers)).toBe(5);
      await ok(site.browser().post("/login?user=grace"));
    },
  },
  {
    title: "invariant 6: the least recently seen goes",
    async run(stage) {
      const site = await stage.serve({ maxPerUser: 3 });
      const browsers = [site.browser(), site.browser(), site.browser()];
      for (const browser of browsers) {
        await ok(browser.post("/login?user=ada"));
        await rest(stage, browser);
        stage.clock.advance(120_000);
      }
      await ok((browsers[0] as TestClient).get("/me"));
      await stage.settle();
      await ok(site.browser().post("/login?user=ada"));
      await expectDead(browsers[1] as TestClient);
      await see(browsers[0] as TestClient);
      await see(browsers[2] as TestClient);
    },
  },
  {
    title: "invariant 6: a login in the same browser replaces its own session and does not count",
    async run(stage) {
      for (const onLimit of ["refuse", "evict-least-recent"] as const) {
        stage.empty();
        const site = await stage.serve({ maxPerUser: 2, onLimit });
        const [one, two] = [site.browser(), site.browser()];
        await ok(one.post("/login?user=ada"));
        await ok(two.post("/login?user=ada"));
        for (let again = 0; again < 3; again++) {
          stage.clock.advance(1000);
          const before = one.cookieHeader();
          await ok(one.post("/login?user=ada"));
          await expectDead(one, before);
          await see(one);
          await see(two);
        }
        expect(count(stage)).toBe(2);
      }
    },
  },
  {
    title: "invariant 6: a session whose token never came back goes first and refuses nobody",
    async run(stage) {
      for (const onLimit of ["refuse", "evict-least-recent"] as const) {
        stage.empty();
        const site = await stage.serve({ maxPerUser: 2, onLimit });
        const [kept, lost, next] = [site.browser(), site.browser(), site.browser()];
        await ok(kept.post("/login?user=ada"));
        await rest(stage, kept);
        stage.clock.advance(1000);
        await ok(lost.post("/login?user=ada", { hold: true }));
        if (onLimit === "refuse") {
          stage.clock.advance(59_000);
          await ok(next.post("/login?user=ada"), 409);
        }
        stage.clock.advance(60_000);
        await ok(next.post("/login?user=ada"));
        await see(kept);
        await see(next);
        expect(count(stage)).toBe(2);
      }
    },
  },
  {
    title: "invariant 6: a user's sessions are listed by page, and none twice (I5)",
    async run(stage) {
      const site = await stage.serve();
      for (let i = 0; i < 7; i++) await ok(site.browser().post("/login?user=ada"));
      await ok(site.browser().post("/login?user=grace"));
      const handles: string[] = [];
      let pages = 0;
      for (let after: string | null | undefined; after !== null && pages < 9; pages++) {
        const page = await site.sessions.list("ada", { limit: 3, ...(after && { after }) });
        expect(page.sessions.length).toBeLessThanOrEqual(3);
        handles.push(...page.sessions.map(({ handle }) => handle));
        after = page.next;
      }
      expect(pages).toBe(3);
      expect(new Set(handles).size).toBe(7);
    },
  },
];

function count(stage: Stage): number {
  return stage.records().filter(({ userId }) => userId === "ada").length;
}

async function alive(browsers: readonly TestClient[]): Promise<number> {
  const seen = await Promise.all(browsers.map((browser) => look(browser)));
  return seen.filter((each) => each !== null).length;
}
