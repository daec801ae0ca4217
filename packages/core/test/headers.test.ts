import { expect, test } from "vitest";
import { appendToken, makePrivate, makeUncacheable } from "../src/headers.ts";

test.each([
  [null, "Cookie", "Cookie"],
  ["Accept", "Cookie", "Accept, Cookie"],
  ["accept, cookie", "Cookie", "accept, cookie"],
  ["Accept ,COOKIE", "Cookie", "Accept ,COOKIE"],
  ["*", "Cookie", "*"],
  ["X-Cookie", "Cookie", "X-Cookie, Cookie"],
])("a token is added once: Vary: %s and %s give %s", (before, token, after) => {
  const headers = new Headers(before === null ? {} : { Vary: before });
  appendToken(headers, "Vary", token);
  expect(headers.get("Vary")).toBe(after);
});

test.each([
  [null, "private"],
  ["max-age=60", "private, max-age=60"],
  ["public, max-age=60", "private, max-age=60"],
  ["PUBLIC,s-maxage=60 , must-revalidate", "private, must-revalidate"],
  ["no-store", "private, no-store"],
  ['private="X-A", no-cache="X-B, public"', 'private, no-cache="X-B, public"'],
])("what is for one user's eyes: Cache-Control: %s becomes %s", (before, after) => {
  const headers = new Headers(before === null ? {} : { "Cache-Control": before });
  makePrivate(headers);
  expect(headers.get("Cache-Control")).toBe(after);
});

test("caches with a header of their own are told too, and only where it is there", () => {
  const names = [
    "CDN-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Surrogate-Control",
    "Vercel-CDN-Cache-Control",
  ];
  for (const [make, value] of [
    [makePrivate, "private"],
    [makeUncacheable, "no-store"],
  ] as const) {
    const headers = new Headers(names.map((name) => [name, "max-age=600"] as [string, string]));
    make(headers);
    for (const name of names) expect(headers.get(name)).toBe(value);
    const bare = new Headers();
    make(bare);
    for (const name of names) expect(bare.get(name)).toBeNull();
  }
});
