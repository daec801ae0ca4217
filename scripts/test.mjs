// npm test: everything that must hold, one heading each, and a count at the end. --full: larger seeds.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, run, setup } from "./setup.mjs";
import { setupSystemPackages } from "./system-packages.mjs";

const full = process.argv.includes("--full");
if (full) env.SOJOURN_FULL = "1";
if (!process.stdout.isTTY) env.NO_COLOR = "1";

const reports = mkdtempSync(join(tmpdir(), "sojourn-test-"));
const vitest = "node_modules/vitest/vitest.mjs";

const checks = {
  lint: ["oxlint", "--deny-warnings"],
  format: ["oxfmt", "--check"],
  "unused and undeclared": ["knip", "--no-config-hints"],
  build: ["npm", "run", "--silent", "build"],
  // After the build, which has checked the packages: that is not done again.
  types: ["npm", "run", "--silent", "typecheck"],
  "npm start": ["node", "scripts/start-check.mjs"],
  "tests on Node": ["node", vitest, "run", "--project", "node"],
  "tests in Chromium": ["node", vitest, "run", "--project", "browser"],
  "tests on workerd": ["node", vitest, "run", "--project", "workerd"],
  "tests on Deno": ["deno", "run", "-A", vitest, "run", "--project", "deno"],
  "tests on Bun": ["bun", "--bun", vitest, "run", "--project", "bun"],
  size: ["node", "scripts/size.mjs"],
  packages: ["node", vitest, "run", "--project", "packages"],
};

async function check(command) {
  const code = await run(command);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** ms that a runtime has to end when all its tests are done and told. */
const PATIENCE = 30_000;

/** ms since the report was written; 0: it is not there yet. */
function ageOf(file) {
  const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs;
}

// A runtime that is missing, or that found no test, has failed.
async function test(command) {
  const file = join(reports, `${command.at(-1)}.json`);
  const reporting = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // Node 24.21 was seen to turn round for ever in its own end (Environment::CleanupHandles).
  const stuck = new AbortController();
  const look = setInterval(() => ageOf(file) > PATIENCE && stuck.abort(), 5_000);
  const ended = { signal: stuck.signal, killSignal: "SIGKILL" };
  let code = await run([...command, ...reporting], ended);
  clearInterval(look);
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1 };
  }
  // Then what it would have ended with stands in its report.
  if (stuck.signal.aborted) code = report.success ? 0 : 1;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + broken.length;
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

setup();
setupSystemPackages();
const total = { passed: 0, failed: 0 };
const summary = [];
for (const [heading, command] of Object.entries(checks)) {
  console.log(`\n=== ${heading}`);
  const start = performance.now();
  const { passed, failed } = await (command.includes(vitest) ? test(command) : check(command));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  summary.push(
    `${failed === 0 ? "ok    " : "FAILED"} ${heading}: ${passed} of ${passed + failed} in ${seconds} s`,
  );
  total.passed += passed;
  total.failed += failed;
}
rmSync(reports, { recursive: true });

console.log(
  `\n=== summary\n${summary.join("\n")}\n\n${total.passed} passed, ${total.failed} failed`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
