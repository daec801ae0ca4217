import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import projects from "./vitest.workspace.ts";

// Tests start hundreds of Node processes. From the second on, each finds its modules compiled and its
// types stripped: a process with a store of its own costs half. https://nodejs.org/api/module.html#module-compile-cache
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

/** Four runtimes on two busy cores: slow is not broken. With large numbers less so. */
const patience = process.env.SOJOURN_FULL === "1" ? 600_000 : 30_000;

/**
 * Vitest begins with what took longest the last time; where there was none, as in a fresh clone, with
 * the largest files. Those that run a suite, or the soak, are small and take longest: the last of
 * them would leave a core with nothing to do.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isKnown = sorted.some((file) => this.ctx.cache.getTestSpecificationResult(file));
    if (isKnown) return sorted;
    const [long, others]: [TestSpecification[], TestSpecification[]] = [[], []];
    for (const file of sorted) (runsMuch(file) ? long : others).push(file);
    return [...long, ...others];
  }
}

function runsMuch({ moduleId }: TestSpecification): boolean {
  return /@sojourn\/testing\/suites|test\/soak/.test(readFileSync(moduleId, "utf8"));
}

export default defineConfig({
  test: {
    projects,
    testTimeout: patience,
    hookTimeout: patience,
    // Tests of servers that fail spend most of their time waiting: more at once than there are cores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // workerd sees only what it is given. "1": many seeds and large models (npm run test:full).
    env: { SOJOURN_FULL: process.env.SOJOURN_FULL ?? "" },
  },
});
