import { expect } from "vitest";
import { done, type Routes } from "./app.ts";
import { look, ok, see, rest } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 3: of concurrent writes none is lost without somebody being told. */
export const lostUpdates: readonly Story[] = [
  {
    title: "invariant 3: writes to different keys are all kept",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=first&value=1"));
      await rest(stage, browser);
      const update = stage.store.pause("update");
      const slow = browser.post("/set?key=slow&value=2");
      await update.reached;
      await ok(browser.post("/set?key=quick&value=3"));
      await ok(browser.post("/push?item=4"));
      update.resume();
      await ok(slow);
      expect((await see(browser)).data).toEqual({
        first: "1",
        slow: "2",
        quick: "3",
        items: ["4"],
      });
    },
  },
  {
    title: "invariant 3: a key that was read, changed, and moved meanwhile is a 409",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      // At first the key is absent, and then it is there.
      for (const kept of [["quick"], ["quick", "quick"]]) {
        await ok(browser.post("/set?key=other"));
        await rest(stage, browser);
        const update = stage.store.pause("update");
        const slow = browser.post("/push?item=slow");
        await update.reached;
        await ok(browser.post("/push?item=quick"));
        update.resume();
        const response = await ok(slow, 409);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect((await see(browser)).data["items"]).toEqual(kept);
      }
    },
  },
  {
    title: "invariant 3: a key that was set without being read is simply written",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=lastPage&value=/"));
      await rest(stage, browser);
      const update = stage.store.pause("update");
      const slow = browser.post("/set?key=lastPage&value=/slow");
      await update.reached;
      await ok(browser.post("/set?key=lastPage&value=/quick"));
      update.resume();
      await ok(slow);
      expect((await see(browser)).data).toEqual({ lastPage: "/slow" });
    },
  },
  {
    title: "invariant 3: onConflict decides for a session, or key by key",
    async run(stage) {
      const routes: Routes = {
        "POST /read-and-set": async (session, query) => {
          const { data } = await session.getOrCreate();
          for (const key of query.getAll("key")) data[key] = `${String(data[key])}, slow`;
          return done();
        },
      };
      for (const [onConflict, keys, status] of [
        ["error", "key=strict", 409],
        ["last-wins", "key=strict&key=easy", 204],
        [{ easy: "last-wins" }, "key=easy", 204],
        [{ easy: "last-wins" }, "key=strict&key=easy", 409],
      ] as const) {
        const browser = (await stage.serve({ onConflict, routes })).browser();
        await ok(browser.post("/set?key=first"));
        await rest(stage, browser);
        const update = stage.store.pause("update");
        const slow = browser.post(`/read-and-set?${keys}`);
        await update.reached;
        await ok(browser.post("/set?key=easy&value=quick"));
        await ok(browser.post("/set?key=strict&value=quick"));
        update.resume();
        await ok(slow, status);
        const { data } = await see(browser);
        for (const key of new URLSearchParams(keys).getAll("key")) {
          expect(data[key]).toBe(status === 409 ? "quick" : "undefined, slow");
        }
      }
    },
  },
  {
    title: "invariant 3: a change deep inside a value is found, and nothing else is written",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /deep": async (session) => {
            const { data } = await session.getOrCreate();
            (data["cart"] as { items: string[] }).items.push("hat");
            return done();
          },
          "POST /unchanged": async (session) => {
            const { data } = await session.getOrCreate();
            data["cart"] = structuredClone(data["cart"]);
            delete data["absent"];
            return done();
          },
          "POST /cart": async (session) => {
            (await session.getOrCreate()).data["cart"] = { items: ["socks"] };
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/cart"));
      await ok(browser.post("/deep"));
      expect((await see(browser)).data).toEqual({ cart: { items: ["socks", "hat"] } });
      await stage.settle();
      stage.store.forget();
      await ok(browser.post("/unchanged"));
      expect(stage.store.calls).not.toContain("delete");
      expect((await see(browser)).data).toEqual({ cart: { items: ["socks", "hat"] } });
    },
  },
  {
    title: "invariant 3: however often a request asks, it has one session, also a new one",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /twice": async (session) => {
            const [one, two] = await Promise.all([session.getOrCreate(), session.getOrCreate()]);
            one.data["one"] = 1;
            two.data["two"] = 2;
            return done();
          },
          "POST /update-twice": async (session) => {
            await Promise.all(
              ["one", "two"].map((key) =>
                session.update((data) => {
                  data[key] = true;
                }),
              ),
            );
            return done();
          },
        },
      });
      for (const path of ["/twice", "/update-twice"]) {
        stage.empty();
        const browser = site.browser();
        await ok(browser.post(path));
        expect(stage.records()).toHaveLength(1);
        expect(Object.keys((await look(browser))?.data ?? {}).sort()).toEqual(["one", "two"]);
      }
    },
  },
];
