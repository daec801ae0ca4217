import { describe, expect, test } from "vitest";
import { boarded, read } from "./harness.ts";

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0";

function from(userAgent: string) {
  return { address: "203.0.113.7", userAgent, network: () => "203.0.113.0/24" };
}

test("a user is found by id, with device, label, network and times of each session", async () => {
  const { page, sessions, clock } = boarded();
  await sessions.login("ada", { client: from(FIREFOX), label: "Work laptop" });
  await clock.advance(120_000);
  await sessions.login("ada");
  await sessions.login("bob");
  const text = read(await page("?user=ada"));
  expect(text).toContain("Sessions of ada");
  expect(text).toContain("2 live sessions.");
  expect(text).toContain("Firefox on Windows Work laptop");
  expect(text).toContain("203.0.113.0/24");
  expect(text).toMatch(/Logged in 2 minutes ago ?, level 1/);
  expect(read(await page("?user=nobody"))).toContain("This user has no live session.");
});

test("one session is ended by its button, and the page after it says so", async () => {
  const told: unknown[] = [];
  const { post, page, sessions } = boarded({ onRevoke: (revoked) => told.push(revoked) });
  await sessions.login("ada");
  await sessions.login("ada");
  const [handle = ""] = [...(await page("?user=ada")).matchAll(/name="handle" value="(.*?)"/g)].map(
    ([, value]) => value,
  );
  const response = await post({ do: "one", user: "ada", handle });
  expect(response.status).toBe(303);
  const location = response.headers.get("Location") ?? "";
  expect(location).toBe("?user=ada&done=one");
  const text = read(await page(location));
  expect(text).toContain("The session has ended.");
  expect(text).toContain("1 live session.");
  expect(text).not.toContain(handle);
  expect(told).toEqual([{ userId: "ada", handle }]);
  const again = await post({ do: "one", user: "ada", handle });
  expect(read(await page(again.headers.get("Location") ?? ""))).toContain("had ended already");
  expect(told).toHaveLength(1);
});

test("a handle ends nothing of another user's", async () => {
  const { post, sessions } = boarded();
  const { session } = await sessions.login("ada");
  const response = await post({ do: "one", user: "bob", handle: session.handle });
  expect(response.headers.get("Location")).toBe("?user=bob&done=gone");
  expect((await sessions.list("ada")).sessions).toHaveLength(1);
});

test.each([
  [{ do: "all" }, 400],
  [{ do: "one", user: "ada" }, 400],
  [{ do: "everything", user: "ada" }, 400],
  [{ user: "ada" }, 400],
])("a form of %j ends nothing", async (form, status) => {
  const { post, sessions } = boarded();
  await sessions.login("ada");
  expect((await post(form as Record<string, string>)).status).toBe(status);
  expect((await sessions.list("ada")).sessions).toHaveLength(1);
});

test("a user of more sessions than a page shows has a link to the next ones", async () => {
  const { page, sessions } = boarded({ sessions: { maxPerUser: 200 } });
  for (let i = 0; i < 130; i++) await sessions.login("ada");
  const first = await page("?user=ada");
  expect(read(first)).toContain("100 or more live sessions.");
  const [, next = ""] =
    /href="(\?user=ada&amp;after=[^"]+|\?user=ada&after=[^"]+)"/.exec(first) ?? [];
  expect(read(await page(next.replace("&amp;", "&")))).toContain("30 live sessions.");
});

test("a store that is away is said, with a 503", async () => {
  const { board, store } = boarded();
  store.failNext("list");
  const response = await board.fetch(new Request("https://shop.example/?user=ada"));
  expect(response.status).toBe(503);
  expect(read(await response.text())).toContain("The store does not answer.");
});

describe("what a stranger wrote", () => {
  const HOSTILE = `<img src=x onerror=alert(1)>"'&\u202e`;

  test("is text, wherever it is shown", async () => {
    const { page, sessions, tell } = boarded();
    const label = HOSTILE.slice(0, 40).replace("\u202e", "");
    await sessions.login(HOSTILE, { client: from(HOSTILE), label });
    tell({
      type: "alert",
      reason: HOSTILE,
      userId: HOSTILE,
      handle: null,
      client: { address: HOSTILE, userAgent: HOSTILE },
      impersonator: HOSTILE,
      severity: "critical",
      evidence: { [HOSTILE]: HOSTILE, list: [HOSTILE] },
      done: [HOSTILE],
    } as never);
    const found = `?user=${encodeURIComponent(HOSTILE)}`;
    for (const html of [await page(), await page(found), await page("?part=live")]) {
      expect(html).not.toMatch(/<img|onerror=[^&]*>/);
      expect(html).not.toContain("<img");
      expect(read(html)).toContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
    }
    // The link leads to the user, whatever the id is made of.
    const [, link = ""] = /href="(\?user=%3Cimg[^"]*)"/.exec(await page()) ?? [];
    expect(read(await page(link.replaceAll("&#39;", "'")))).toContain("1 live session.");
  });

  test("does not turn the text after it round, nor hide in it", async () => {
    const { page } = boarded();
    const html = await page(`?user=${encodeURIComponent("a\u202eb\u200bc")}`);
    expect(read(html)).toContain("Sessions of a\\u{202e}b\\u{200b}c");
  });

  test("a link makes the page say nothing of its own", async () => {
    const { page } = boarded();
    for (const done of ["constructor", "__proto__", "Call 555"]) {
      expect(await page(`?user=ada&done=${done}`)).not.toContain('class="message"');
    }
  });
});

test("no page shows a token, a hash or a session's data", async () => {
  const { page, sessions: own, tell, clock } = boarded();
  const { session, token } = await own.login("ada", { data: { card: "4111-1111" } });
  // A client can send its own token as its name.
  await own.login("ada", { client: from(token) });
  tell({
    type: "alert",
    reason: "guessing",
    userId: "ada",
    handle: session.handle,
    client: { address: null, userAgent: token },
    severity: "warning",
    evidence: { token, list: [token] },
    done: [],
  } as never);
  await clock.advance(1_000);
  const pages = [await page(), await page("?user=ada"), await page("?part=live")].join("\n");
  const secrets = [token, token.slice(60, 90), "4111", "card"];
  for (const secret of secrets) expect(pages).not.toContain(secret);
  expect(pages).toContain("[token]");
  expect(pages).toContain(session.handle);
});
