// Compiled and run in an empty project in which nothing but the packed packages is installed.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

for (const specifier of process.argv.slice(2)) await import(specifier);
console.log(`imported ${process.argv.slice(2).join(", ")}`);

const sessions = createSessions({
  store: memoryStore(),
  secret: randomBytes(32).toString("base64"),
});
const app = sessions.fetch(async (request, { session }) => {
  if (new URL(request.url).pathname === "/login") await session.login("ada");
  return new Response((await session.get())?.userId ?? "nobody");
});

// @ts-expect-error The types are there, and are not `any`.
const misspelt = sessions.fetsh;
assert.equal(misspelt, undefined);

const login = await app(new Request("https://example.com/login", { method: "POST" }));
assert.equal(await login.text(), "ada");
const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
const again = await app(
  new Request("https://example.com/", { headers: { cookie: cookies.join("; ") } }),
);
assert.equal(await again.text(), "ada");
assert.equal(await (await app(new Request("https://example.com/"))).text(), "nobody");
console.log("signed in, and known on the next request");
