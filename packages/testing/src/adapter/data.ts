import type { SessionsOptions } from "@sojourn/core";
import { expect } from "vitest";
import { done, type Routes } from "./app.ts";
import { look, ok, see, rest } from "./look.ts";
import type { StoryData } from "./server.ts";
import type { Story } from "./stage.ts";

/** Invariant 11: the application's data, all of it, and nothing else. */
export const data: readonly Story[] = [
  {
    title: "invariant 11: who somebody is does not stand in the data",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      for (const key of ["userId", "user", "authenticatedAt", "handle", "policy", "credential"]) {
        await ok(browser.post(`/set?key=${key}&value=ada`));
      }
      expect(await see(browser)).toMatchObject({ userId: null, authenticatedAt: null });
      await ok(browser.get("/private"), 401);
      await ok(browser.post("/login?user=grace&carry=userId,user"));
      expect((await see(browser)).userId).toBe("grace");
      await ok(browser.post("/set?key=userId&value=ada"));
      expect((await see(browser)).userId).toBe("grace");
    },
  },
  {
    title: "invariant 11: __proto__ and friends are refused, as keys and inside of values (G2)",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /json": async (session, _query, request) => {
            (await session.getOrCreate()).data["value"] = await request.json();
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/set?key=kept&value=1"));
      for (const key of ["__proto__", "constructor", "prototype"]) {
        await ok(browser.post(`/set?key=${key}&value=polluted`), 500);
        for (const text of [`{"${key}":{"polluted":1}}`, `[{"a":{"${key}":1}}]`]) {
          await ok(browser.post("/json", { json: JSON.parse(text) as unknown }), 500);
        }
      }
      expect((await see(browser)).data).toEqual({ kept: "1" });
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      await ok(browser.post("/login?user=ada&carry=__proto__,constructor,kept"));
      expect((await see(browser)).data).toEqual({ kept: "1" });
    },
  },
  {
    title: "invariant 11: what JSON cannot hold is refused, and nothing is written",
    async run(stage) {
      const circular: { self?: unknown } = {};
      circular.self = circular;
      const values: unknown[] = [
        Number.NaN,
        1n,
        () => {},
        Symbol("s"),
        new Date(0),
        new Map(),
        new Uint8Array(2),
        { deep: [new Set()] },
        circular,
      ];
      const site = await stage.serve({
        routes: {
          "POST /value": async (session, query) => {
            const { data: own } = await session.getOrCreate();
            own["other"] = "value";
            own["value"] = values[Number(query.get("n"))];
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/set?key=kept&value=1"));
      for (const [n] of values.entries()) await ok(browser.post(`/value?n=${n}`), 500);
      expect((await see(browser)).data).toEqual({ kept: "1" });
    },
  },
  {
    title: "invariant 11: what comes back is what was written",
    async run(stage) {
      const value = {
        text: "‟ü€😀\u0000 \"'\\",
        numbers: [0, -1.5, 1e300],
        flags: [true, false, null],
        nested: { a: [{ b: [] }, {}] },
        "": "empty key",
      };
      const site = await stage.serve({
        routes: {
          "POST /value": async (session) => {
            Object.assign((await session.getOrCreate()).data, value, { left: undefined });
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/value"));
      expect((await see(browser)).data).toEqual(value);
    },
  },
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
  {
    title: "invariant 11: too much is a 413 before anything is written (I3)",
    async run(stage) {
      const browser = (await stage.serve({ maxBytes: 1000, maxKeyBytes: 600 })).browser();
      await ok(browser.post("/set?key=kept&value=1"));
      const before = await see(browser);
      await ok(browser.post(`/set?key=big&value=${"x".repeat(700)}`), 413);
      await ok(browser.post(`/set?key=${"k".repeat(700)}&value=`), 413);
      await ok(browser.post(`/set?key=wide&value=${encodeURIComponent("€".repeat(250))}`), 413);
      await ok(browser.post(`/set?key=one&value=${"x".repeat(500)}`));
      await ok(browser.post(`/set?key=two&value=${"x".repeat(500)}`), 413);
      await ok(browser.post(`/basket?item=${"x".repeat(500)}`), 413);
      expect(Object.keys((await see(browser)).data)).toEqual([...Object.keys(before.data), "one"]);
      await ok(browser.post(`/set?key=big&value=${"x".repeat(700)}`, { cookie: null }), 413);
    },
  },
  {
    title: "invariant 11: two requests that together are too much do not both succeed (I3)",
    async run(stage) {
      const browser = (await stage.serve({ maxBytes: 1000 })).browser();
      await ok(browser.post("/set?key=kept&value=1"));
      await rest(stage, browser);
      const update = stage.store.pause("update");
      const slow = browser.post(`/set?key=slow&value=${"x".repeat(600)}`);
      await update.reached;
      await ok(browser.post(`/set?key=quick&value=${"x".repeat(600)}`));
      update.resume();
      await ok(slow, 413);
      expect(Object.keys((await see(browser)).data).sort()).toEqual(["kept", "quick"]);
    },
  },
  {
    title: "invariant 11: changes are dropped after an error or a 5xx, unless saveOnError",
    async run(stage) {
      const routes: Routes = {
        "POST /fail": async (session) => {
          (await session.getOrCreate()).data["left"] = "behind";
          return new Response("sorry", { status: 500 });
        },
      };
      for (const saveOnError of [false, true]) {
        const browser = (await stage.serve({ routes, saveOnError })).browser();
        await ok(browser.post("/set?key=kept&value=1"));
        await ok(browser.post("/fail"), 500);
        const { data: own } = await see(browser);
        expect(own).toEqual(saveOnError ? { kept: "1", left: "behind" } : { kept: "1" });
      }
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
