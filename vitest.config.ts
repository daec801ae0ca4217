import { join } from "node:path";
import { defineConfig } from "vitest/config";
import projects from "./vitest.workspace.ts";

// Tests start hundreds of Node processes. From the second on, each finds its modules compiled and its
// types stripped: a process with a store of its own costs half. https://nodejs.org/api/module.html#module-compile-cache
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

/** Four runtimes on two busy cores: slow is not broken. With large numbers less so. */
const patience = process.env.SOJOURN_FULL === "1" ? 600_000 : 30_000;

export default defineConfig({
  test: {
    projects,
    testTimeout: patience,
    hookTimeout: patience,
    // Tests of servers that fail spend most of their time waiting: more at once than there are cores.
    maxWorkers: 4,
    // workerd sees only what it is given. "1": many seeds and large models (npm run test:full).
    env: { SOJOURN_FULL: process.env.SOJOURN_FULL ?? "" },
  },
});
