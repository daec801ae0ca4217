import { createSessions, type RequestSession } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { withSessions } from "@sojourn/node";
import type { StoryData } from "@sojourn/testing/suites";
import { describe, expect, test } from "vitest";
import { frameworks } from "./frameworks.ts";
import { secret } from "./secret.ts";
import { listen } from "./server.ts";
import { clientOf, createSite } from "./site.ts";

const forwarded = { "X-Forwarded-For": "203.0.113.7", "User-Agent": "test/1.0" };

describe.each(frameworks)("$name", ({ serve }) => {
  test("who is at the other end, as the trusted proxy tells", async () => {
    const { sessions } = createSite();
    const get = clientOf(
      await serve(sessions, async (_request, session) => Response.json(session.client)),
    );
    const { body } = await get("/", { headers: forwarded });
    expect(JSON.parse(body)).toEqual({ address: "203.0.113.7", userAgent: "test/1.0" });
  });

  test.each([
    ["https://app.test", 0],
    ["http://app.test", 1],
    ["http://localhost:3000", 0],
    ["http://app.localhost", 0],
  ])("a cookie that leaves for %s: %i warnings", async (origin, count) => {
    const warnings: string[] = [];
    const sessions = createSessions<StoryData>({
      store: memoryStore(),
      secret,
      onWarning: (warning) => warnings.push(warning),
    });
    const server = await serve(sessions, async (_request, session) => {
      await session.login("ada");
      return new Response();
    });
    clientOf(server);
    const { headers } = await server.fetch(new Request(origin));
    expect(headers.getSetCookie()[0]).toMatch(/; Secure;/);
    expect(warnings).toHaveLength(count);
  });
});

test("without trustProxy, what a client says of itself is not heard", async () => {
  const { sessions } = createSite();
  let seen: RequestSession["client"] | undefined;
  const listener = withSessions(sessions, (_req, res, session) => {
    seen = session.client;
    res.end();
  });
  const get = clientOf(await listen(listener));
  await get("/", { headers: forwarded });
  expect(seen).toMatchObject({ address: "127.0.0.1", userAgent: "test/1.0" });
  expect(seen?.network?.(24, 56)).toBe("127.0.0.0/24");
});

test("trustProxy is checked when configured", () => {
  const { sessions } = createSite();
  expect(() => withSessions(sessions, () => {}, { trustProxy: true as never })).toThrow(
    /how many proxies/,
  );
});
