import { createSessions, type Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile } from "./support/compile.ts";
import { blocks, normal, pattern, steps, table } from "./support/markdown.ts";
import { root, start } from "./support/program.ts";
import { follow, play } from "./support/transcript.ts";
import { workplace } from "./support/workplace.ts";

const readme = readFileSync(`${root}README.md`, "utf8");
const [commands = [], , transcript = []] = blocks(readme, "console").map(steps);

test("the program is complete, begins before line 20, and does what the README shows", async () => {
  expect(readme.split("\n").indexOf("// server.ts")).toBeLessThan(20);
  await play(readme);
});

test("the transcript of the example, with curl", async () => {
  const env = { SESSION_FILE: `${workplace({})}/sessions.db` };
  const server = await start({ command: "node server.ts", folder: "examples/hono-login", env });
  const [npmStart] = commands;
  expect(npmStart?.command).toMatch(/^npm start\b/);
  expect(normal(server.output())).toMatch(pattern(npmStart?.shown ?? ""));
  expect(transcript.length).toBeGreaterThan(5);
  await follow(transcript, workplace({}), server.url);
});

test("every snippet compiles against the packages", async () => {
  await compile(readme);
});

test("every file that is linked to is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(root + link))).toEqual([]);
});

test("what it costs", async () => {
  const calls: string[] = [];
  const sessions = createSessions({
    store: counted(memoryStore(), calls),
    secret: randomBytes(32).toString("base64"),
  });
  const app = sessions.fetch(async (request, { session }) => {
    switch (new URL(request.url).pathname) {
      case "/read":
        return Response.json(await session.get());
      case "/write":
        (await session.getOrCreate()).data.page = request.url;
        break;
      case "/login":
        await session.login("ada");
        break;
      case "/logout":
        await session.logout();
    }
    return new Response();
  });

  const visitor = createClient(app);
  const user = createClient(app);
  const forger = createClient(app);
  forger.setCookie(`__Host-id=${"A".repeat(112)}; Path=/; Secure`);
  await user.get("/login");
  // The first sight of its token, which is noted beside the response, is behind it.
  await user.get("/read");
  await sessions.drain();

  const costs: Record<string, string> = {};
  async function row(request: string, send: () => Promise<Response>): Promise<void> {
    calls.length = 0;
    await send();
    await sessions.drain();
    costs[request] = calls.map((call) => `1 ${call}`).join(", ") || "none";
  }
  await row("does not ask for the session", () => user.get("/other"));
  await row("brings no cookie of ours", () => createClient(app).get("/read"));
  await row("brings a made-up cookie", () => forger.get("/read"));
  await row("reads", () => user.get("/read"));
  await row("writes", () => user.get("/write"));
  await row("makes an anonymous session", () => visitor.get("/write"));
  await row("logs in", () => createClient(app).get("/login"));
  await row("logs in, from an anonymous one", () => visitor.get("/login"));
  await row("logs out", () => user.get("/logout"));

  const rows = Object.entries(table(readme, "a request that ..."));
  expect(Object.fromEntries(rows.map(([request, [cost]]) => [request, cost]))).toEqual(costs);
});

/** The same store, which notes the name of each operation. */
function counted(store: Store, calls: string[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== "function") return operation;
      return (...given: unknown[]) => {
        calls.push(String(name));
        return operation.apply(target, given);
      };
    },
  });
}
