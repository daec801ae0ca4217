import { createSessions, StoreUnavailableError, type SessionsOptions } from "@sojourn/core";
import { signedInCookie } from "@sojourn/testing";
import { type StoryData } from "@sojourn/testing/suites";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type App, apps, type Site } from "./apps/index.ts";
import { secret } from "./secret.ts";
import type { Running } from "./server.ts";
import { testStore } from "./store.ts";

let store = testStore();
let site: Site;
const running: Running[] = [];

function siteWith(options: Partial<SessionsOptions<StoryData>> = {}): Site {
  store = testStore();
  const both = { store, secret, ...options };
  return {
    shop: createSessions(both),
    admin: createSessions({ ...both, cookie: { name: "admin" } }),
  };
}

beforeEach(() => {
  site = siteWith();
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  vi.restoreAllMocks();
});

async function serve(app: App, given = site) {
  const server = await app.serve(given);
  running.push(server);
  return async (path: string, cookie?: string | null) => {
    const headers = cookie ? { Cookie: cookie } : {};
    const response = await server.fetch(new Request(`http://localhost${path}`, { headers }));
    const cookies = response.headers.getSetCookie().map((each) => each.split(";", 1)[0]);
    return {
      status: response.status,
      location: response.headers.get("Location"),
      headers: response.headers,
      body: await response.text(),
      cookie: cookies.join("; ") || null,
    };
  };
}

async function storedKey(given: Site["shop"], cookie: string | null): Promise<unknown> {
  const { session } = given.begin({ cookie, secure: true });
  return (await session.peek())?.data["key"];
}

describe.each(apps)("$name", (app) => {
  test.each([
    ["/write", 302, /^(Found\. |Redirecting)?/],
    ["/json", 200, /^\{"json":true\}$/],
    ["/stream", 200, /^one two three$/],
  ])("%s: saved, and its cookie handed out, before the answer", async (path, status, body) => {
    const get = await serve(app);
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
    expect(await storedKey(site.shop, answer.cookie)).toBe("value");
  });

  test("requireUser: 401 and nothing saved, a redirect, or the user's session", async () => {
    const get = await serve(app);
    const cookie = await signedInCookie(site.shop, "ada");
    for (const path of ["/private", "/inside"]) {
      expect(await get(path)).toMatchObject({ status: 401, cookie: null });
    }
    for (const path of ["/page", "/inside-page"]) {
      expect(await get(path)).toMatchObject({ status: 303, location: "/login", cookie: null });
    }
    for (const path of ["/private", "/page"]) {
      expect(await get(path, cookie)).toMatchObject({ status: 200, body: "ada" });
    }
  });

  test("a handler that throws: 500, nothing saved, and the login's cookie leaves", async () => {
    const get = await serve(app);
    const { status, cookie } = await get("/boom");
    expect(status).toBe(500);
    const { session } = site.shop.begin({ cookie, secure: true });
    expect(await session.get()).toMatchObject({ userId: "ada", data: {} });
  });

  test("a handler that throws, with saveOnError: saved", async () => {
    site = siteWith({ saveOnError: true });
    const get = await serve(app);
    const { cookie } = await get("/boom");
    expect(await storedKey(site.shop, cookie)).toBe("value");
  });

  test.each(["/write", "/json", "/stream"])("%s, which cannot be saved: 503", async (path) => {
    store.before = () => {
      throw new Error("down");
    };
    const get = await serve(app);
    const { status, body, location, cookie, headers } = await get(path);
    expect({ status, location, cookie }).toEqual({ status: 503, location: null, cookie: null });
    expect(body).not.toMatch(/json|one|Redirecting/);
    expect(headers.get("Cache-Control")).toContain("no-store");
  });

  test("two sessions side by side, each with a cookie of its own", async () => {
    const get = await serve(app);
    const { cookie } = await get("/both");
    expect(await storedKey(site.shop, cookie)).toBe("shop");
    expect(await storedKey(site.admin, cookie)).toBe("admin");
    const [own] = (cookie as string).split("; ").filter((each) => each.includes("admin"));
    expect(await storedKey(site.shop, own as string)).toBeUndefined();
  });

  test("of two sessions one cannot be saved: 503, and the other is not either", async () => {
    const get = await serve(app);
    store.before = (operation) => {
      if (operation === "create") throw new Error("down");
    };
    expect(await get("/both")).toMatchObject({ status: 503, cookie: null });
    expect(store.calls.filter((operation) => operation === "create")).toHaveLength(1);
  });

  test("asked for after the headers have left: headers-sent", async () => {
    const get = await serve(app);
    expect(await get("/late")).toMatchObject({ status: 200, body: "code: headers-sent" });
  });
});

describe.each(apps.filter(({ name }) => name !== "node:http"))(
  "$name: the application's error handler",
  (app) => {
    async function handled(path: string): Promise<unknown> {
      const errors: unknown[] = [];
      const get = await serve(app, { ...site, onError: (error) => errors.push(error) });
      expect(await get(path)).toMatchObject({ status: 418, body: "handled" });
      expect(errors).toHaveLength(1);
      return errors[0];
    }

    test.each(["/write", "/json"])("hears that %s cannot be saved, and answers", async (path) => {
      store.before = () => {
        throw new Error("down");
      };
      expect(await handled(path)).toBeInstanceOf(StoreUnavailableError);
    });

    test("hears what a handler throws", async () => {
      expect(await handled("/boom")).toMatchObject({ message: "boom" });
      expect(await handled("/inside")).toMatchObject({ code: "unauthenticated", status: 401 });
    });
  },
);

const bare = apps.filter(({ name }) => /Express|Connect/.test(name));
describe.each(bare)("$name without an error handler", (app) => {
  test("answers with the error's status", async () => {
    const get = await serve(app, { ...site, bare: true });
    expect((await get("/inside")).status).toBe(401);
    expect((await get("/private")).status).toBe(401);
    expect((await get("/page")).status).toBe(303);
    store.before = () => {
      throw new Error("down");
    };
    expect((await get("/json")).status).toBe(503);
  });
});
