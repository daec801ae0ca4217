import { CorruptRecordError } from "@sojourn/core";
import { expect } from "vitest";
import { ANONYMOUS, expectDead, handedOut, ok, see } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

/** Invariant 8: records that are no records. */
export const damage: readonly Story[] = [
  {
    title: "invariant 8: a damaged record is refused with an event, and never read as empty (G3)",
    async run(stage) {
      // A store that notices nothing by itself.
      let damage: object | null = null;
      const read: Stage["store"]["read"] = async (ref, now) => {
        const record = await stage.store.read(ref, now);
        return record && { ...record, ...damage };
      };
      const browser = (await stage.serve({ store: { ...stage.store, read } })).browser();
      for (const [name, damaged] of Object.entries(DAMAGES)) {
        stage.empty();
        stage.events.length = 0;
        damage = null;
        await ok(browser.post("/login?user=ada", { cookie: null }));
        await ok(browser.post("/set?key=cart&value=socks"));
        await stage.settle();
        const [record] = stage.records();
        damage = damaged;
        for (let again = 0; again < 2; again++) {
          const response = await browser.get("/me", { hold: true });
          expect([name, response.status]).toEqual([name, 401]);
          expect(response.headers.getSetCookie()).toEqual([]);
        }
        const write = await ok(browser.post("/set?key=cart&value=hat", { hold: true }));
        expect(handedOut(write)).toEqual([ANONYMOUS]);
        expect(stage.events.map(({ type }) => type)).toContain("record_corrupt");
        expect(stage.records()).toContainEqual(record);
        // The way out of it is open.
        const logout = await ok(browser.post("/logout"));
        expect(logout.headers.getSetCookie()).toHaveLength(2);
        await ok(browser.post("/login?user=ada"));
        damage = null;
        expect(await see(browser)).toMatchObject({ userId: "ada", data: {} });
      }
    },
  },
  {
    title: "invariant 8: what the store itself finds damaged is refused in the same way",
    async run(stage) {
      const read = async () => {
        throw new CorruptRecordError("half a record");
      };
      const whole = (await stage.serve()).browser();
      await ok(whole.post("/login?user=ada"));
      const site = await stage.serve({ store: { ...stage.store, read } });
      const cookie = whole.cookieHeader();
      await expectDead(site.browser(), cookie);
      expect(stage.events.at(-1)).toMatchObject({ type: "record_corrupt" });
    },
  },
];

/** What a record must not come back as. */
const DAMAGES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "no JSON": { data: { cart: "{" } },
  "a prototype as a key": { data: JSON.parse('{"__proto__":"1"}') },
  "a prototype inside": { data: { cart: '{"__proto__":{"admin":true}}' } },
  "a prototype in disguise": { data: { cart: '{"\\u005f_proto__":{"admin":true}}' } },
  "no credential": { credential: undefined },
  "half a credential": { credential: "abc" },
  "no deadline": { expiresAt: undefined },
  "a deadline that is text": { idleExpiresAt: "tomorrow" },
  "no beginning": { createdAt: undefined },
  "no data": { data: undefined },
  "data of another kind": { data: { cart: 5 } },
  "nobody's": { userId: null },
  "another place's": { handle: "A".repeat(22) },
};
