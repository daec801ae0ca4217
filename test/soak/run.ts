// npm run soak: eight servers on one Redis, sixty users, ten minutes. `--seconds 15`: the short form, as
// npm test runs it, which below a minute has three servers and eight users. `--seed 7`: the choices of an
// earlier one.
import { parseArgs } from "node:util";
import { soak, type SoakReport } from "./soak.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1)) throw new Error("--seconds: a number, 1 or more.");
const isShort = seconds < 60;

const report = await soak({
  seconds,
  processes: isShort ? 3 : 8,
  users: isShort ? 8 : 60,
  seed: Number(values.seed),
});
console.log(told(report));
process.exitCode = report.faults.length === 0 ? 0 : 1;

function told({
  options,
  answers,
  alerts,
  attacks,
  faults,
  heaps,
  cpu,
  events,
}: SoakReport): string {
  const asked = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return [
    `${options.processes} processes, ${options.users} honest users, ${seconds} s, seed ${options.seed}: ` +
      `${asked} requests, ${cpu.toFixed(1)} s of CPU`,
    `answers: ${counted(answers)}`,
    `attacks: ${counted(tally(attacks.map(({ name }) => name)))}`,
    `alerts: ${counted(tally(alerts.map(({ reason, severity }) => `${reason} (${severity})`)))}`,
    `events: ${counted(new Map(Object.entries(events)))}`,
    ...heaps.map(
      ({ first, last, entries }, at) =>
        `heap of process ${at}: ${megabytes(first)} MB after a third, ${megabytes(last)} MB in the last; ${entries} entries`,
    ),
    faults.length === 0 ? "no fault" : `${faults.length} faults:`,
    ...faults.slice(0, 50),
  ].join("\n");
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function counted(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
