import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { type RedisServer, startRedis } from "@sojourn/servers";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { compile } from "./support/compile.ts";
import { blocks, examples, table } from "./support/markdown.ts";
import { root } from "./support/program.ts";
import { play } from "./support/transcript.ts";

interface Readme {
  readonly package: string;
  /** The complete programs that it shows, by what starts them. */
  readonly programs: readonly string[];
  /** Files of the reader's that its snippets import. */
  readonly given?: Readonly<Record<string, string>>;
  /** What it takes for granted that the reader has set. */
  readonly env?: () => Readonly<Record<string, string>>;
}

const readmes: readonly Readme[] = [
  {
    package: "core",
    programs: ["node story.ts", "node devices.ts", "node grant.ts", "node locked.ts"],
  },
  { package: "memory", programs: ["node sessions.ts"] },
  { package: "net", programs: ["node server.ts &"] },
  {
    package: "redis",
    programs: ["node sessions.ts"],
    env: () => ({ REDIS_URL: redis.url }),
  },
  {
    package: "upstash",
    programs: ["node sessions.ts"],
    env() {
      const { url, token } = inject("upstash");
      return { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
    },
  },
  {
    package: "sql",
    programs: ["node sessions.ts"],
    given: {
      "bun.d.ts": `declare module "bun:sqlite" {
        export class Database {
          constructor(path: string);
          prepare(sql: string): { all(...values: unknown[]): unknown[]; run(...values: unknown[]): unknown };
        }
      }`,
    },
  },
  {
    package: "replicated",
    programs: ["node sessions.ts"],
    // Three databases of one server.
    env: () => ({
      REDIS_PARIS: `${redis.url}/1`,
      REDIS_MILAN: `${redis.url}/2`,
      REDIS_LYON: `${redis.url}/3`,
    }),
  },
  { package: "hono", programs: ["node server.ts &"] },
  {
    package: "node",
    // node:http, Express, Fastify, Koa: one transcript.
    programs: ["node server.ts &", "node server.ts &", "node server.ts &", "node server.ts &"],
  },
  {
    package: "edge",
    programs: ["deno run --allow-net --allow-env server.ts &", "bun server.ts &"],
  },
  { package: "watch", programs: ["node server.ts &"] },
  { package: "otel", programs: ["node sessions.ts"] },
  { package: "dashboard", programs: ["node server.ts &"] },
  {
    package: "testing",
    // Its programs are tests, and run in packages/testing/test/readme.
    programs: [],
    given: {
      "app.ts": readFileSync(`${root}packages/testing/test/readme/app.ts`, "utf8"),
      "client.ts": `
        import type { Client } from "./my-store.ts";
        export declare function connect(url: string | undefined): Promise<Client>;
      `,
    },
  },
];

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

function read(name: string): string {
  return readFileSync(`${root}packages/${name}/README.md`, "utf8");
}

describe.each(readmes)("packages/$package", ({ package: name, programs, given, env }) => {
  const readme = read(name);

  test("the first program begins before line 20", () => {
    const [first = ""] = blocks(readme, "ts");
    expect(readme.slice(0, readme.indexOf(first)).split("\n").length).toBeLessThan(20);
    expect(first).toMatch(/^\/\/ [\w.-]+\.ts\n/);
  });

  test("every snippet compiles against the packages", async () => {
    await compile(readme, given);
  });

  test("these are its programs", () => {
    const started = examples(readme).map(({ steps: [start] }) => start?.command);
    const secret = /^SESSION_SECRET=\$\(openssl rand -base64 32\) /;
    expect(started.map((command) => command?.replace(secret, ""))).toEqual(programs);
  });

  test.each(programs.map((start, at) => ({ start, at })))(
    "program $at does what it shows: $start",
    async ({ at }) => {
      await play(readme, at, env?.());
    },
  );

  test("every file that is linked to is there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(`${root}packages/${name}/${link}`))).toEqual([]);
  });
});

describe("the tables of packages/core", () => {
  const readme = read("core");
  const source = (name: string) => readFileSync(`${root}packages/core/src/${name}.ts`, "utf8");
  /** Of each row the cells that a program can know. */
  const rows = (head: string) => Object.entries(table(readme, head));
  const quoted = (text: string) => text.replaceAll("`", "");

  test("errors, with their codes and statuses", () => {
    const classes = source("errors").matchAll(
      /class (\w+) extends SojournError \{\s+readonly code = "([\w-]+)";\s+readonly status[ :=]+([\d |]+);/g,
    );
    const errors = [...classes].map(([, name, code, status = ""]) => [
      name,
      code,
      status.replace(" | ", " or "),
    ]);
    expect(errors).toHaveLength(source("errors").match(/extends SojournError\b/g)?.length ?? 0);
    const told = rows("error").map(([name, [code = "", status]]) => [
      quoted(name),
      quoted(code),
      status,
    ]);
    expect(told.sort()).toEqual(errors.sort());
  });

  test("events", () => {
    const types = [...source("events").matchAll(/readonly type: "(\w+)"/g)].map(([, type]) => type);
    expect(rows("event").map(([type]) => quoted(type))).toEqual(types);
  });

  test("options", () => {
    const options = { store: memoryStore(), secret: undefined, misspelt: 1 };
    const told = rows("option").map(([name]) => quoted(name));
    expect(() => createSessions(options)).toThrow(`Options: ${told.join(", ")}.`);
  });
});
