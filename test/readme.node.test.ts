import { createSessions, type Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { blocks, normal, pattern, type Step, steps } from "./support/markdown.ts";
import { root, run, start } from "./support/program.ts";
import { workplace } from "./support/workplace.ts";

const readme = readFileSync(`${root}README.md`, "utf8");
const [commands = [], program = [], transcript = []] = blocks(readme, "console").map(steps);
const snippets = blocks(readme, "ts");

/** Types what a transcript types, and compares what is printed. */
async function follow(transcript: readonly Step[], folder: string, port: string): Promise<void> {
  for (const { command, shown } of transcript) {
    const typed = command.replaceAll("3000", port);
    const typing = run({ command: typed, folder, env: { HOME: folder } });
    expect(await typing.ended, `${typed}\n${typing.output()}`).toBe(0);
    expect(`$ ${command}\n${normal(typing.output())}`).toBe(`$ ${command}\n${normal(shown)}`);
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

test("the program is complete, begins before line 20, and does what the README shows", async () => {
  const [source = ""] = snippets;
  expect(readme.split("\n").indexOf("// server.ts")).toBeLessThan(20);

  const port = await freePort();
  const folder = workplace({ "server.ts": source.replaceAll("3000", port) });
  const [{ command } = { command: "" }, ...rest] = program;
  expect(command).toMatch(/ node server\.ts &$/);
  const server = run({ command: command.slice(0, -2), folder });
  const failed = server.ended.then((code) => `It ended with ${code}:\n${server.output()}`);
  const url = `http://localhost:${port}/me`;
  const answers = () => Promise.race([failed, fetch(url).then(({ status }) => status)]);
  await expect.poll(answers, { timeout: 20_000 }).toBe(401);
  await follow(rest, folder, port);
});

test("the transcript of the example, with curl", async () => {
  const server = await start({ command: "node server.ts", folder: "examples/hono-login" });
  const [npmStart] = commands;
  expect(npmStart?.command).toMatch(/^npm start\b/);
  expect(normal(server.output())).toMatch(pattern(npmStart?.shown ?? ""));
  expect(transcript.length).toBeGreaterThan(5);
  await follow(transcript, workplace({}), new URL(server.url).port);
});

test("every snippet compiles against the packages", async () => {
  expect(snippets.length).toBeGreaterThan(15);
  const folder = workplace({
    "prelude.d.ts": readFileSync(`${root}test/readme/prelude.d.ts`, "utf8"),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        module: "nodenext",
        lib: ["ES2024", "DOM", "DOM.Iterable"],
        types: ["node"],
        skipLibCheck: true,
      },
    }),
    // Each a module of its own, whether it imports anything or not.
    ...Object.fromEntries(snippets.map((text, at) => [`${at}.ts`, `${text}export {};\n`])),
  });
  const compiler = run({ command: "tsc -p .", folder });
  await compiler.ended;
  expect(compiler.output()).toBe("");
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

  const [table = ""] = readme.match(/^\| a request that[^]*?\n\n/m) ?? [];
  const rows = table.trim().split("\n").slice(2);
  const cells = rows.map((line) => line.split("|").map((cell) => cell.trim()));
  expect(Object.fromEntries(cells.map(([, request, cost]) => [request, cost]))).toEqual(costs);
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
