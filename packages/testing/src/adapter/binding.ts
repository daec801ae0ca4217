import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import type { Routes } from "./app.ts";
import { expectDead, look, ok, rest } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const NEWER = FIREFOX.replaceAll("140.0", "141.0");
const CURL = "curl/8.15.0";

/** Invariant 14: what a session is bound to its client by is what the adapter tells of it. */
export const binding: readonly Story[] = [
  {
    title: "invariant 14: another browser with the cookie is told once, and an update is none",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      const asking = (agent: string) => browser.get("/me", { headers: { "User-Agent": agent } });
      await ok(browser.post("/login?user=ada", { headers: { "User-Agent": FIREFOX } }));
      await ok(asking(NEWER));
      await stage.settle();
      expect(mismatches(stage)).toEqual([]);
      await Promise.all(Array.from({ length: 5 }, () => ok(asking(CURL))));
      await stage.settle();
      expect(mismatches(stage)).toMatchObject([
        { reason: "user-agent", was: { userAgent: NEWER }, client: { userAgent: CURL } },
      ]);
    },
  },
  {
    title: "invariant 14: where that is to be rejected, the other browser has no session",
    async run(stage) {
      const browser = (await stage.serve({ binding: { onMismatch: "reject" } })).browser();
      const headers = { "User-Agent": FIREFOX };
      await ok(browser.post("/login?user=ada", { headers }));
      await ok(browser.get("/me", { headers: { "User-Agent": CURL } }), 401);
      await ok(browser.get("/me", { headers }));
    },
  },
  {
    title:
      "invariant 14: one network is one however its addresses are written, and others are not (J4)",
    async run(stage) {
      const site = await stage.serve({
        binding: { ip: "network", userAgent: false, onMismatch: "reject" },
        client: { address: "whole" },
        routes: WHO,
      });
      const told = async (address: string) =>
        (await site.browser().get("/who", { headers: from(address) })).text();
      // Where neither a proxy nor the platform tells of a client, there is none to bind to.
      if ((await told("192.0.2.99")) !== "192.0.2.99") return;
      for (const [home, same, others] of NETWORKS) {
        const browser = site.browser();
        await ok(browser.post("/login?user=ada", { headers: from(home) }));
        await rest(stage, headed(browser, home));
        for (const address of same) {
          // Not every platform takes a port or a zone there, and then it tells of nobody.
          const known = (await told(address)) !== "null";
          if (known) expect(await look(headed(browser, address))).not.toBeNull();
        }
        for (const address of others) await expectDead(headed(browser, address));
      }
    },
  },
];

const NETWORKS: readonly [string, readonly string[], readonly string[]][] = [
  [
    "203.0.113.7",
    ["203.0.113.200", "::ffff:203.0.113.9", "::FFFF:cb00:7109", "203.0.113.7:4711"],
    ["203.0.114.7", "::ffff:198.51.100.7", "2001:db8::7", "127.1", "unknown"],
  ],
  [
    "2001:db8:1:0:0:0:0:7",
    ["2001:DB8:1::1", "2001:0db8:0001:00ff::1", "[2001:db8:1::2]:443", "2001:db8:1::7%eth0"],
    ["2001:db8:1:100::7", "2001:db8:2::7", "203.0.113.7"],
  ],
];

const WHO: Routes = {
  "GET /who": (session) => new Response(String(session.client.address)),
};

/** As the one proxy, or Cloudflare, would say it. */
function from(address: string): Record<string, string> {
  return { "X-Forwarded-For": address, "CF-Connecting-IP": address };
}

/** The same browser at another place. */
function headed(browser: TestClient, address: string): TestClient {
  const get: TestClient["get"] = (path, options = {}) =>
    browser.get(path, { ...options, headers: { ...options.headers, ...from(address) } });
  return { ...browser, get };
}

function mismatches({ events }: Stage) {
  return events.filter(({ type }) => type === "binding_mismatch");
}
