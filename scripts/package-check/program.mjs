// Runs in an empty project in which nothing but the packed packages is installed.
import assert from "node:assert/strict";

for (const specifier of process.argv.slice(2)) await import(specifier);
console.log(`imported ${process.argv.slice(2).join(", ")}`);

const { createSessions } = await import("@sojourn/core");
const { memoryStore } = await import("@sojourn/memory");

const sessions = createSessions({ store: memoryStore(), secret: "0123456789abcdef".repeat(4) });
const app = sessions.fetch(async (request, { session }) => {
  if (new URL(request.url).pathname === "/login") await session.login("ada");
  return new Response((await session.get())?.userId ?? "nobody");
});

const login = await app(new Request("https://example.com/login", { method: "POST" }));
assert.equal(await login.text(), "ada");
const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
const again = await app(
  new Request("https://example.com/", { headers: { cookie: cookies.join("; ") } }),
);
assert.equal(await again.text(), "ada");
assert.equal(await (await app(new Request("https://example.com/"))).text(), "nobody");
console.log("signed in, and known on the next request");
