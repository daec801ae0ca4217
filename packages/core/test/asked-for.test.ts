import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { expect, test } from "vitest";
import { browserAt, harness, SECRETS } from "./harness.ts";

// What standards ask for by name, and what no other test shows.

test("ASVS 4.2.5: whatever a session holds, its cookies are far below what servers take", async () => {
  const { sessions, clock } = harness();
  const browser = browserAt(sessions, clock.now);
  await browser.get("/write");
  await browser.get(`/login?user=${"u".repeat(200)}&persistent`);
  const { session, token } = await sessions.login("ada", { data: { big: "x".repeat(50_000) } });
  await session.reauthenticate({ aal: 3, factors: ["pwd", "otp", "hwk"] });
  const { token: rotated } = await sessions.commit(session);
  expect([token.length, rotated?.length]).toEqual([112, 112]);
  // Servers give up at 8 kB of Cookie header and more, for all applications of a host together.
  expect(browser.cookies().map(({ name }) => name)).toContain("__Host-id");
  expect(browser.cookieHeader()?.length).toBeLessThan(256);
});

test("ASVS 8.3.2: what one process writes of a role, another reads with its next request", async () => {
  const store = memoryStore();
  const { sessions: here, clock } = harness({ store });
  const there = createSessions({ store, secret: SECRETS[0], clock });
  const { session, token } = await here.login("ada", { data: { role: "admin" } });
  expect((await there.open(token))?.data).toEqual({ role: "admin" });
  await session.update((data) => (data["role"] = "guest"));
  expect((await there.open(token))?.data).toEqual({ role: "guest" });
});

test("ASVS 3.5.2: no preflight is relied on: what a form may send is refused like all else", async () => {
  const { sessions, clock } = harness();
  const ran: string[] = [];
  const fetch = sessions.fetch((request) => {
    ran.push(request.headers.get("Content-Type") ?? "none");
    return new Response("ran");
  });
  const client = createClient(fetch, { now: clock.now });
  const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];
  for (const type of [...types, "application/json"]) {
    for (const from of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.test" }]) {
      const headers: Record<string, string> = { ...from, "Content-Type": type };
      expect((await client.post("/", { headers })).status).toBe(403);
    }
  }
  expect(ran).toEqual([]);
});
