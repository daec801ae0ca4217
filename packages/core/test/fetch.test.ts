import { expect, test } from "vitest";
import { harness } from "./harness.ts";

const request = (path = "/", headers: Record<string, string> = {}) =>
  new Request(`https://app.test${path}`, { headers });

test("the handler is given the platform's bindings and context", async () => {
  const { sessions } = harness();
  const handler = sessions.fetch<{ KEY: string }, { id: number }>((_request, { env, ctx }) =>
    Response.json([env.KEY, ctx.id]),
  );
  const response = await handler(request(), { KEY: "value" }, { id: 7 });
  expect(await response.json()).toEqual(["value", 7]);
});

test("a touch is left to waitUntil, which keeps its owner", async () => {
  const { sessions } = harness();
  const { token } = await sessions.login("ada");
  const kept: Promise<unknown>[] = [];
  const ctx = {
    kept,
    waitUntil(promise: Promise<unknown>) {
      this.kept.push(promise);
    },
  };
  const handler = sessions.fetch(async (_request, { session }) =>
    Response.json(await session.get()),
  );
  const response = await handler(request("/", { Cookie: `__Host-id=${token}` }), undefined, ctx);
  expect(response.status).toBe(200);
  expect(kept).toHaveLength(1);
  await Promise.all(kept);
  expect((await sessions.peek(token))?.lastSeenAt).not.toBeNull();
});

test("who is at the other end, and when the request arrived", async () => {
  const { sessions, clock } = harness();
  const handler = sessions.fetch((_request, { session }) =>
    Response.json([session.client, session.arrivedAt]),
  );
  const response = await handler(request("/", { "User-Agent": "curl/8" }));
  expect(await response.json()).toEqual([{ address: null, userAgent: "curl/8" }, clock.now()]);
});

test("an error of ours answers for itself; others go to onError, and the cookie leaves with both", async () => {
  const { sessions } = harness();
  const handler = sessions.fetch(
    async ({ url }, { session }) => {
      await session.login("ada");
      if (url.endsWith("/ours")) await session.login("ada", { carry: ["a"] });
      if (url.endsWith("/gone")) {
        const user = await session.requireUser();
        await user.destroy();
        void user.data;
      }
      throw new Error("boom");
    },
    { onError: (error) => new Response((error as Error).message, { status: 500 }) },
  );
  const boom = await handler(request("/theirs"));
  expect([boom.status, await boom.text()]).toEqual([500, "boom"]);
  expect(boom.headers.getSetCookie()).toHaveLength(1);
  const gone = await handler(request("/gone"));
  expect([gone.status, await gone.json()]).toEqual([401, { error: "session-gone" }]);
  expect(gone.headers.getSetCookie().join()).toContain("Max-Age=0");
});

test("responses whose headers cannot be changed are rebuilt, with all they had", async () => {
  const { sessions } = harness();
  const handler = sessions.fetch(async (_request, { session }) => {
    await session.login("ada");
    return Response.redirect("https://app.test/next", 303);
  });
  const response = await handler(request());
  expect(response.status).toBe(303);
  expect(response.headers.get("Location")).toBe("https://app.test/next");
  expect(response.headers.getSetCookie()).toHaveLength(1);
});

test("requireUser answers 401, or redirects where it is told to, and nobody caches that", async () => {
  const { sessions } = harness();
  const handler = sessions.fetch(async ({ url }, { session }) => {
    const to = new URL(url).searchParams.get("to");
    const user = await session.requireUser(to === null ? {} : { redirectTo: to });
    return Response.json(user.userId);
  });
  const refused = await handler(request());
  expect([refused.status, await refused.json()]).toEqual([401, { error: "unauthenticated" }]);
  const sent = await handler(request("/?to=/login"));
  expect([sent.status, sent.headers.get("Location")]).toEqual([303, "/login"]);
  for (const { headers } of [refused, sent]) {
    expect(headers.get("Cache-Control")).toContain("no-store");
    expect(headers.get("Vary")).toBe("Cookie");
  }
});

test("on plain http the cookie is Secure all the same (ASVS 12.2.1), and one warning names the remedy", async () => {
  const { sessions, warnings } = harness();
  const handler = sessions.fetch(async (_request, { session }) => {
    await session.login("ada");
    return new Response("");
  });
  for (const url of ["http://localhost:3000/", "http://127.0.0.1/", "https://app.test/"]) {
    await handler(new Request(url));
  }
  expect(warnings).toEqual([]);
  for (let n = 0; n < 2; n++) {
    const response = await handler(new Request("http://app.test/"));
    expect(response.headers.getSetCookie().join()).toContain("; Secure;");
  }
  expect(warnings).toEqual([expect.stringMatching(/https.*trustProxy/s)]);
});
