import { describe, expect, test } from "vitest";
import { boarded, ORIGIN } from "./harness.ts";

const get = (query = "") => new Request(`${ORIGIN}/admin${query}`);

describe("who is no operator", () => {
  test.each(["", "?user=ada", "?part=live", "?asset=script"])(
    "sees nothing at %j",
    async (query) => {
      const { board, sessions, store } = boarded({ isAdmin: () => false });
      await sessions.login("ada");
      const before = store.calls.list;
      const response = await board.fetch(get(query));
      expect(response.status).toBe(403);
      expect(await response.text()).toBe("This page is for operators.\n");
      expect(store.calls.list).toBe(before);
    },
  );

  test.each([undefined, null, 0, 1, "yes", {}])(
    "is whoever isAdmin gives %j for",
    async (given) => {
      const { board } = boarded({ isAdmin: () => given as boolean });
      expect((await board.fetch(get())).status).toBe(403);
    },
  );

  test("ends nothing", async () => {
    const { post, sessions } = boarded({ isAdmin: async () => false });
    await sessions.login("ada");
    expect((await post({ do: "all", user: "ada" })).status).toBe(403);
    expect((await sessions.list("ada")).sessions).toHaveLength(1);
  });
});

test("isAdmin is given the request and what fetch was given besides; its error is fetch's", async () => {
  const seen: unknown[] = [];
  const { board } = boarded({
    isAdmin(request, context) {
      seen.push(request.headers.get("cookie"), context);
      throw new Error("The store is away.");
    },
  });
  const request = new Request(`${ORIGIN}/admin`, { headers: { cookie: "a=b" } });
  await expect(board.fetch(request, { user: "ada" })).rejects.toThrow("The store is away.");
  expect(seen).toEqual(["a=b", { user: "ada" }]);
});

test.each(["", "?user=ada", "?part=live"])(
  "page %j is kept by nobody, framed by nobody, and runs and loads only what is its own",
  async (query) => {
    const { board } = boarded();
    const { status, headers } = await board.fetch(get(query));
    expect(status).toBe(200);
    expect(headers.get("Content-Security-Policy")).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Referrer-Policy")).toBe("same-origin");
    expect(headers.get("X-Frame-Options")).toBe("DENY");
  },
);

test("no page has anything inline that the policy would have to allow", async () => {
  const { page, sessions } = boarded();
  await sessions.login("ada");
  for (const html of [await page(), await page("?user=ada")]) {
    expect(html).not.toMatch(/<style|<script>|\sstyle=|\son\w+=|javascript:/i);
  }
});

test("style sheet and script are named by their content, and may be kept", async () => {
  const { board, page } = boarded();
  const html = await page();
  for (const [asset, type] of [
    ["style", "text/css; charset=utf-8"],
    ["script", "text/javascript; charset=utf-8"],
  ]) {
    const [, query = ""] =
      html.match(`"(\\?asset=${asset}&amp;v=\\w+|\\?asset=${asset}&v=\\w+)"`) ?? [];
    const response = await board.fetch(get(query.replace("&amp;", "&")));
    expect(response.headers.get("Content-Type")).toBe(type);
    expect(response.headers.get("Cache-Control")).toBe("private, max-age=31536000, immutable");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
  }
  expect((await board.fetch(get("?asset=constructor"))).status).toBe(404);
});

test("HEAD is GET without a body; other methods are not known", async () => {
  const { board } = boarded();
  const head = await board.fetch(new Request(`${ORIGIN}/admin`, { method: "HEAD" }));
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const put = await board.fetch(new Request(`${ORIGIN}/admin`, { method: "PUT" }));
  expect([put.status, put.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST"]);
});

describe("a form", () => {
  const FROM_HERE: Record<string, string>[] = [
    { "Sec-Fetch-Site": "same-origin" },
    { Origin: ORIGIN },
  ];
  const FROM_ELSEWHERE: Record<string, string>[] = [
    {},
    { "Sec-Fetch-Site": "cross-site", Origin: ORIGIN },
    { "Sec-Fetch-Site": "same-site" },
    { Origin: "https://evil.example" },
    { Origin: "null" },
  ];

  test.each(FROM_HERE)("of this page is taken: %j", async (headers) => {
    const { post, sessions } = boarded();
    await sessions.login("ada");
    expect((await post({ do: "all", user: "ada" }, headers)).status).toBe(303);
    expect((await sessions.list("ada")).sessions).toEqual([]);
  });

  test.each(FROM_ELSEWHERE)("of another site, or nobody's, is a 403: %j", async (headers) => {
    let asked = false;
    const { post, sessions } = boarded({ isAdmin: () => (asked = true) });
    await sessions.login("ada");
    expect((await post({ do: "all", user: "ada" }, headers)).status).toBe(403);
    expect((await sessions.list("ada")).sessions).toHaveLength(1);
    expect(asked).toBe(false);
  });

  test("ends nothing where the page is read-only, which shows no button", async () => {
    const { post, page, sessions } = boarded({ readOnly: true });
    await sessions.login("ada");
    expect((await post({ do: "all", user: "ada" })).status).toBe(403);
    expect((await sessions.list("ada")).sessions).toHaveLength(1);
    const html = await page("?user=ada");
    expect(html).toContain("read-only");
    expect(html).not.toContain('method="post"');
  });
});
