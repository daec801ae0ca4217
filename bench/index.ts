// `npm run bench -- <part>`: measures, prints what it found, and puts it into RESULTS.md. `--quick` shows
// that everything runs and answers rightly, and writes nothing. A part that fails leaves what RESULTS.md
// says of it, and the others go on.
import { parseArgs } from "node:util";
import { cold } from "./cold/part.ts";
import { commands } from "./commands/part.ts";
import { dashboard } from "./dashboard/part.ts";
import { http } from "./http/part.ts";
import { memory } from "./memory/part.ts";
import { micro } from "./micro/part.ts";
import type { Part } from "./part.ts";
import { minutes, progress } from "./progress.ts";
import { races } from "./races/part.ts";
import { redis } from "./redis/part.ts";
import { writeResults } from "./results.ts";
import { size } from "./size/part.ts";
import { sql } from "./sql/part.ts";
import { watch } from "./watch/part.ts";

const parts: readonly Part[] = [
  http,
  commands,
  races,
  memory,
  size,
  cold,
  micro,
  watch,
  dashboard,
  redis,
  sql,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  const list = parts.map(({ name, about }) => `  ${name}: ${about}`).join("\n");
  console.error(
    `There is no part "${unknown[0]}". The parts, all of them if you name none:\n${list}`,
  );
  process.exit(1);
}

const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const order = parts.map(({ name }) => name);
const failed: string[] = [];
for (const part of chosen) {
  const start = performance.now();
  progress(`${part.name} begins`);
  try {
    const found = await part.run({ quick: values.quick });
    const findings = typeof found === "string" ? { text: found, plots: {} } : found;
    console.log(`\n## ${part.name}\n\n${findings.text}`);
    if (!values.quick) await writeResults(part.name, findings, order);
    progress(`${part.name} took ${minutes(performance.now() - start)}`);
  } catch (error) {
    console.error(error);
    progress(`${part.name} FAILED after ${minutes(performance.now() - start)}`);
    failed.push(part.name);
  }
}
if (failed.length > 0) {
  progress(`Failed, and left as they were in RESULTS.md: ${failed.join(", ")}`);
}
// Not by itself: what a part that failed has left running ends with this process, and Node 24 was seen to
// go round in its clean-up of handles for good.
process.exit(failed.length > 0 ? 1 : 0);
