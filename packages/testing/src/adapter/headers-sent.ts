import { expect } from "vitest";
import { gate } from "./gate.ts";
import { handedOut, ok, see, USER } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 10: what comes too late for the headers. */
export const headersSent: readonly Story[] = [
  {
    title: "invariant 10: a redirect carries the cookie, and leaves only when all is stored",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      const create = stage.store.pause("create", "after");
      let arrived = false;
      const sent = browser.post("/redirect").then((response) => {
        arrived = true;
        return response;
      });
      await create.reached;
      // As long as a response would take that does not wait.
      for (let turn = 0; turn < 20; turn++) await new Promise((next) => setTimeout(next, 0));
      expect(arrived).toBe(false);
      create.resume();
      const response = await ok(sent, 303);
      expect(response.headers.get("Location")).toBe("https://app.test/welcome");
      expect(handedOut(response)).toEqual([USER]);
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 10: what comes after the headers is a typed error: read before you stream",
    async run(stage) {
      let left = gate();
      const told: unknown[] = [];
      const attempt = async (work: () => unknown) => {
        try {
          told.push((await work()) ?? "done");
        } catch (error) {
          told.push((error as { code?: string }).code);
        }
      };
      const site = await stage.serve({
        routes: {
          "GET /late-read": (session) =>
            streamed(left.opened, async () => {
              await attempt(() => session.get());
              await attempt(() => session.getOrCreate());
              await attempt(() => session.login("ada"));
              await attempt(() => session.logout());
            }),
          "GET /late-write": async (session) => {
            const current = await session.getOrCreate();
            return streamed(left.opened, async () => {
              await attempt(() => Object.keys(current.data).length);
              await attempt(() => (current.data["late"] = 1));
              await attempt(() => delete current.data["first"]);
              await attempt(() => current.update(() => {}));
              await attempt(() => current.take("first"));
              await attempt(() => current.rotate());
            });
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/set?key=first&value=1"));
      for (const path of ["/late-read", "/late-write"]) {
        left = gate();
        const response = await ok(browser.get(path));
        left.open();
        await response.text();
      }
      const refusals = (count: number) => Array.from({ length: count }, () => "headers-sent");
      expect(told).toEqual([...refusals(4), 1, ...refusals(5)]);
      expect((await see(browser)).data).toEqual({ first: "1" });
    },
  },
];

/** A body of two parts: the second comes once the headers have left. */
function streamed(left: Promise<void>, work: () => Promise<void>): Response {
  const utf8 = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(utf8.encode("first"));
      await left;
      await work();
      controller.enqueue(utf8.encode("second"));
      controller.close();
    },
  });
  return new Response(body);
}
