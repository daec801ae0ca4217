import { createClient, type TestClient } from "@sojourn/testing";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { documented, normal, pattern } from "./support/markdown.ts";
import { root, run, start } from "./support/program.ts";
import { workplace } from "./support/workplace.ts";

/** Where each example tells who somebody is. */
const servers = {
  "hono-login": "/session",
  "node-http": "/me",
  express: "/me",
  workers: "/me",
  deno: "/me",
  bun: "/me",
};

function browse(url: string): TestClient {
  return createClient(
    (request) => {
      request.headers.set("Accept", "application/json");
      return fetch(request);
    },
    { origin: url },
  );
}

function readme(name: string): string {
  return readFileSync(`${root}examples/${name}/README.md`, "utf8");
}

describe.each(Object.entries(servers))("examples/%s", (name, who) => {
  const folder = `examples/${name}`;

  test("starts as its README says, logs in, carries the basket, recognises, logs out", async () => {
    const { command, shown } = documented(readme(name));
    const env = { SESSION_FILE: `${workplace({})}/sessions.db` };
    const server = await start({ command, folder, env });
    expect(normal(server.output())).toMatch(pattern(shown));

    const client = browse(server.url);
    async function basketOf(response: Response): Promise<unknown> {
      const { basket, data } = (await response.json()) as { basket?: unknown; data?: object };
      return basket ?? data;
    }
    function isKnown(cookie: string | null): Promise<boolean> {
      return client.get(who, { cookie }).then(({ status }) => status === 200);
    }

    expect((await client.get(who)).status).toBe(401);
    expect(client.cookies()).toEqual([]);

    await client.post("/basket", { form: { item: "tea" } });
    const visitor = client.cookieHeader();
    expect(visitor).not.toBeNull();

    const refused = await client.post("/login", { form: { name: "ada", password: "guess" } });
    expect(refused.status).toBe(401);
    expect(await isKnown(client.cookieHeader())).toBe(name === "hono-login");

    const login = await client.post("/login", { form: { name: "ada", password: "demo" } });
    expect(login.status).toBe(200);
    expect(await isKnown(visitor)).toBe(false);

    const known = await client.get(who);
    expect(known.status).toBe(200);
    expect(await known.clone().json()).toMatchObject({ userId: "ada" });
    expect(JSON.stringify(await basketOf(known))).toContain('["tea"]');

    const more = await client.post("/basket", { form: { item: "<jam>" } });
    expect(await basketOf(more)).toEqual(["tea", "<jam>"]);

    const user = client.cookieHeader();
    expect((await client.post("/logout")).status).toBe(200);
    expect((await client.get(who)).status).toBe(401);
    expect(await isKnown(user)).toBe(false);
    expect(await isKnown(null)).toBe(false);
  });
});

test.each(["direct", "otel", "redis-cluster"])(
  "examples/%s tells the story of its README",
  async (name) => {
    const { command, shown } = documented(readme(name));
    const story = run({ command, folder: `examples/${name}` });
    expect(await story.ended).toBe(0);
    expect(normal(story.output())).toMatch(pattern(shown));
  },
);
