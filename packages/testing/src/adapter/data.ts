import { expect } from "vitest";
import { done, type Routes } from "./app.ts";
import { ok, see } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 11: the application's data, all of it, and nothing else. */
export const data: readonly Story[] = [
  {
    title: "invariant 11: who somebody is does not stand in the data (WSTG-SESS-08)",
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
