import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defaultServerConditions } from "vite";
import type { TestProjectConfiguration } from "vitest/config";

// *.test.ts in these packages is portable: the same files run on every runtime.
// *.node.test.ts, and all tests elsewhere, run on Node only; *.bun.test.ts and *.workerd.test.ts only there.
const portable = ["core", "memory", "net", "edge", "upstash"].map(
  (name) => `packages/${name}/test/**/*.test.ts`,
);
const nodeOnly = "**/*.node.test.ts";
// They share no names. A worker of its own for each of seventy files costs as much as many of them.
const isolate = false;
const inBrowser = "test/browser/*.test.ts";
const packed = ["test/packages/*.test.ts", "test/guides/*.test.ts"];
const onlyOn = (runtime: string) => `packages/*/test/**/*.${runtime}.test.ts`;

// Packages are tested from their source, so that tests need no build.
const conditions = ["@sojourn/source", ...defaultServerConditions];
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } };

// A real Redis over HTTP for tests on runtimes that start no servers.
const globalSetup = "servers/upstash-for-tests.ts";

const node: TestProjectConfiguration = {
  ...fromSource,
  test: {
    name: "node",
    globalSetup,
    include: ["packages/*/test/**/*.test.ts", "servers/test/*.test.ts", "test/**/*.test.ts"],
    exclude: [onlyOn("bun"), onlyOn("workerd"), inBrowser, ...packed],
  },
};

// Node drives a Chromium. One process for all files, one after the other: it is the Chromium that costs.
const browser: TestProjectConfiguration = {
  ...fromSource,
  test: {
    name: "browser",
    include: [inBrowser],
    isolate: false,
    maxWorkers: 1,
  },
};

// The packages that would be published, not the folders they are made from: needs a build.
const packages: TestProjectConfiguration = {
  ...fromSource,
  test: {
    name: "packages",
    include: packed,
    globalSetup: "test/packages/support/setup.ts",
    // Compilers and package managers: each takes a core of its own.
    maxWorkers: 2,
  },
};

const workerd: TestProjectConfiguration = {
  ...fromSource,
  plugins: [
    cloudflareTest({ miniflare: { compatibilityDate: "2026-10-01", d1Databases: ["DB"] } }),
  ],
  test: {
    name: "workerd",
    isolate,
    maxWorkers: 2,
    include: [...portable, onlyOn("workerd")],
    exclude: [nodeOnly],
    globalSetup,
  },
};

const deno: TestProjectConfiguration = {
  ...fromSource,
  test: {
    name: "deno",
    isolate,
    // Deno has Node's own SQLite.
    include: [...portable, "packages/sql/test/sqlite/{node-sqlite,powers}.test.ts"],
    exclude: [nodeOnly],
    globalSetup,
  },
};

const bun: TestProjectConfiguration = {
  ...fromSource,
  // Bun has no child processes with the IPC that the default pool speaks.
  test: {
    name: "bun",
    include: [...portable, onlyOn("bun")],
    exclude: [nodeOnly],
    globalSetup,
    pool: "threads",
    isolate,
  },
};

// A project exists only under its own runtime: "deno" on Node would pass and prove nothing.
function projectsHere(): TestProjectConfiguration[] {
  if ("Deno" in globalThis) return [deno];
  if ("Bun" in globalThis) return [bun];
  return [node, browser, packages, workerd];
}

export default projectsHere();
