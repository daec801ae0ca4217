import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defaultServerConditions } from "vite";
import type { TestProjectConfiguration } from "vitest/config";

// *.test.ts in these packages is portable: the same files run on every runtime.
// *.node.test.ts, and all tests elsewhere, run on Node only.
const portable = ["core", "memory", "net", "edge", "upstash"].map(
  (name) => `packages/${name}/test/**/*.test.ts`,
);
const nodeOnly = "**/*.node.test.ts";

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
  },
};

const workerd: TestProjectConfiguration = {
  ...fromSource,
  plugins: [cloudflareTest({ miniflare: { compatibilityDate: "2026-10-01" } })],
  test: { name: "workerd", include: portable, exclude: [nodeOnly], globalSetup },
};

const deno: TestProjectConfiguration = {
  ...fromSource,
  test: { name: "deno", include: portable, exclude: [nodeOnly], globalSetup },
};

const bun: TestProjectConfiguration = {
  ...fromSource,
  // Bun has no child processes with the IPC that the default pool speaks.
  test: { name: "bun", include: portable, exclude: [nodeOnly], globalSetup, pool: "threads" },
};

// A project exists only under its own runtime: "deno" on Node would pass and prove nothing.
function projectsHere(): TestProjectConfiguration[] {
  if ("Deno" in globalThis) return [deno];
  if ("Bun" in globalThis) return [bun];
  return [node, workerd];
}

export default projectsHere();
