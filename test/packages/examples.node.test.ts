// Each example, where nothing is but it and what its package.json names.
import { createClient } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { documented, normal, pattern } from "../support/markdown.ts";
import { root, run, start } from "../support/program.ts";
import { emptyFolder } from "./support/folder.ts";
import { type Manager, managers } from "./support/managers.ts";
import { tested } from "./support/packed.ts";

interface Example {
  readonly scripts: { readonly start: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: object;
}

const examples = readdirSync(join(root, "examples"));
const registry = inject("registry");
const full = process.env.SOJOURN_FULL === "1";

/** Examples that Deno cannot run, and why. */
const notOnDeno: Readonly<Record<string, string>> = {
  bun: "It is a server of Bun's.",
  workers: "It is a Worker: wrangler bundles it, from a node_modules.",
};

/** By whom each is installed in the small tier; in the full one by all. */
const usually: Readonly<Record<string, Manager>> = {
  bun: managers.npm,
  deno: managers.deno,
  direct: managers.deno,
  express: managers.pnpm,
  "hono-login": managers.pnpm,
  "node-http": managers.npm,
  otel: managers.npm,
  "redis-cluster": managers.npm,
  "two-step": managers.deno,
  workers: managers.npm,
};

function manifestOf(example: string): Example {
  return JSON.parse(
    readFileSync(join(root, "examples", example, "package.json"), "utf8"),
  ) as Example;
}

/** The example alone. What it is developed with is the repository's. */
async function install(
  example: string,
  manager: Manager,
): Promise<{ readonly script: string; readonly folder: string }> {
  const folder = emptyFolder();
  cpSync(join(root, "examples", example), folder, {
    recursive: true,
    filter: (path) => !/[/\\](node_modules|\.sessions|\.wrangler)$/.test(path),
  });
  const { devDependencies: _, ...manifest } = manifestOf(example);
  // Ours in the range that it names; others in the version that is tested here.
  const dependencies = Object.entries(manifest.dependencies).map(([name, range]) => [
    name,
    name.startsWith("@sojourn/") ? range : tested(name),
  ]);
  // The story of redis-cluster starts a Cluster of the repository's.
  const script = example === "redis-cluster" ? "node server.ts" : manifest.scripts.start;
  const given = {
    ...manifest,
    scripts: { start: script },
    dependencies: Object.fromEntries(dependencies) as object,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(given));
  writeFileSync(join(folder, ".npmrc"), `@sojourn:registry=${registry}\n`);
  await manager.install(folder);
  return { script, folder };
}

/** What a story's README shows. */
function shownBy(example: string): string {
  return documented(readFileSync(join(root, "examples", example, "README.md"), "utf8")).shown;
}

async function tellsItsStory(example: string, command: string, folder: string): Promise<void> {
  const story = run({ command, folder });
  expect(await story.ended, story.output()).toBe(0);
  expect(normal(story.output())).toMatch(pattern(shownBy(example)));
}

/** Metrics and spans by name: each runtime prints objects in a way of its own. */
async function namesWhatHappened(example: string, command: string, folder: string): Promise<void> {
  const story = run({ command, folder });
  expect(await story.ended, story.output()).toBe(0);
  const shown = namesIn(shownBy(example));
  expect(shown).toContain("sojourn.session.created");
  expect(namesIn(story.output())).toEqual(expect.arrayContaining(shown));
}

function namesIn(text: string): string[] {
  return [...new Set(text.match(/\bsojourn(\.\w+)+/g))];
}

async function logsIn(example: string, command: string, folder: string): Promise<void> {
  const server = await start({ command, folder });
  const browser = createClient(
    (request) => {
      request.headers.set("Accept", "application/json");
      return fetch(request);
    },
    { origin: server.url },
  );
  const who = example === "hono-login" ? "/session" : "/me";
  expect((await browser.get(who)).status).toBe(401);
  await browser.post("/login", { form: { name: "ada", password: "demo" } });
  const known = await browser.get(who);
  expect(known.status, server.output()).toBe(200);
  expect(await known.json()).toMatchObject({ userId: "ada" });
}

/** Also without its database: whom no cookie announces. */
async function answersAStranger(_example: string, command: string, folder: string): Promise<void> {
  const env = { SESSION_SECRET: randomBytes(32).toString("base64") };
  const { url } = await start({ command, folder, env });
  expect((await fetch(`${url}/me`)).status).toBe(401);
}

const does: Readonly<Record<string, typeof logsIn>> = {
  direct: tellsItsStory,
  otel: namesWhatHappened,
  "redis-cluster": answersAStranger,
  // Who logs in is asked for a code that only the server's output tells.
  "two-step": answersAStranger,
};

describe.each(Object.values(managers))("installed by $name into an empty folder", (manager) => {
  const able = examples.filter((name) => manager !== managers.deno || !(name in notOnDeno));
  const here = able.filter((name) => full || (usually[name] ?? manager) === manager);

  test.each(here)("examples/%s works", async (example) => {
    const { script, folder } = await install(example, manager);
    await (does[example] ?? logsIn)(example, await manager.start(script), folder);
  });
});
