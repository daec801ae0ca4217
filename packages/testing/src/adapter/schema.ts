import type { SessionsOptions } from "@sojourn/core";
import { expect } from "vitest";
import { done, type Routes } from "./app.ts";
import { look, ok, see, rest } from "./look.ts";
import type { StoryData } from "./server.ts";
import type { Story } from "./stage.ts";

/** Invariant 11: data that the schema refuses, and what it fills in. */
export const schema: readonly Story[] = [
  {
    title: "invariant 11: the schema is asked before anything is written",
    async run(stage) {
      const site = await stage.serve({ data: numbersOnly({}) });
      const browser = site.browser();
      await ok(browser.post("/count"));
      for (const path of ["/set?key=count&value=many", "/set?key=other&value=text"]) {
        await ok(browser.post(path), 500);
        expect((await see(browser)).data).toEqual({ count: 1 });
      }
      await ok(browser.post("/login?user=ada&carry=count"));
      expect((await see(browser)).data).toEqual({ count: 1 });
    },
  },
  {
    title: "invariant 11: stored data that the schema refuses is dropped, thrown or migrated, once",
    async run(stage) {
      const plain = await stage.serve();
      for (const [onInvalidData, seen, written] of [
        ["drop", {}, { count: 1 }],
        [
          (old: StoryData) => ({ migrated: String(old["text"]).length }),
          { migrated: 5 },
          { migrated: 5, count: 1 },
        ],
      ] as const) {
        const browser = plain.browser();
        await ok(browser.post("/set?key=text&value=words"));
        await rest(stage, browser);
        const site = await stage.serve({
          data: numbersOnly({}),
          ...(onInvalidData && { onInvalidData }),
        });
        const moved = site.browser();
        const cookie = browser.cookieHeader();
        stage.store.forget();
        expect((await see(moved, cookie)).data).toEqual(seen);
        expect(stage.store.calls).toEqual(["read"]);
        expect((await see(browser)).data).toEqual({ text: "words" });
        await ok(moved.post("/count", { cookie }));
        expect((await see(browser)).data).toEqual(written);
        expect(stage.events.map(({ type }) => type)).toContain("data_invalid");
      }
    },
  },
  {
    title:
      'invariant 11: with onInvalidData "throw" the handler decides, and can still end the session',
    async run(stage) {
      const plain = (await stage.serve()).browser();
      await ok(plain.post("/set?key=text&value=words"));
      await ok(plain.post("/login?user=ada&carry=text"));
      const routes: Routes = {
        "POST /start-anew": async (session) => {
          try {
            await session.get();
            return done();
          } catch (error) {
            await session.logout();
            return Response.json((error as { code?: string }).code);
          }
        },
      };
      const strict = await stage.serve({ data: numbersOnly({}), onInvalidData: "throw", routes });
      const browser = strict.browser();
      const cookie = plain.cookieHeader();
      for (let again = 0; again < 2; again++) await ok(browser.get("/me", { cookie }), 500);
      const response = await ok(browser.post("/start-anew", { cookie }));
      expect(await response.json()).toBe("invalid-data");
      expect(await look(plain)).toBeNull();
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title: "invariant 11: defaults are cloned, and filling one in writes nothing",
    async run(stage) {
      const site = await stage.serve({
        data: numbersOnly({ list: [] as number[] }),
        routes: {
          "POST /append": async (session) => {
            const own = (await session.getOrCreate()).data as { list: number[] };
            own.list.push(own.list.length);
            return Response.json(own.list);
          },
        },
      });
      const browsers = [site.browser(), site.browser()];
      for (const browser of browsers) {
        const response = await ok(browser.post("/append"));
        expect(await response.json()).toEqual([0]);
      }
      const [browser] = browsers as [(typeof browsers)[0]];
      await rest(stage, browser);
      const fresh = site.browser();
      await ok(fresh.post("/login?user=ada"));
      await rest(stage, fresh);
      stage.store.forget();
      const response = await ok(fresh.get("/me"));
      expect(((await response.json()) as { data: StoryData }).data).toEqual({ list: [] });
      await stage.settle();
      expect(stage.store.calls).toEqual(["read"]);
      expect(stage.records().find(({ userId }) => userId === "ada")?.data).toEqual({});
    },
  },
];

type Schema = NonNullable<SessionsOptions<StoryData>["data"]>;

/** Every key is a number, or one of the defaults: which are handed out as they are, as valibot does. */
function numbersOnly(defaults: StoryData): Schema {
  return {
    "~standard": {
      version: 1,
      vendor: "stories",
      validate(value) {
        const own = value as StoryData;
        const bad = Object.keys(own).find(
          (key) => !(key in defaults) && typeof own[key] !== "number",
        );
        if (bad !== undefined) return { issues: [{ message: `${bad} is no number` }] };
        return { value: { ...defaults, ...own } };
      },
    },
  };
}
