import {
  clientCpu,
  costTable,
  type Figure,
  p50,
  p99,
  perSecond,
  ratios,
  ratioTable,
} from "../costs.ts";
import type { Rounds } from "../rounds.ts";
import { ratioFigure, table } from "../table.ts";
import type { RedisCost } from "./measure.ts";
import { TARGET_TITLES } from "../targets.ts";
import { type Footprint, PLAIN, WHOLE } from "./memory.ts";
import type { Run } from "./rounds.ts";

const serverCpu: Figure<RedisCost> = { title: "server's CPU, us", of: (cost) => cost.serverCpu };

/** What is asked of us, and whether it is so. */
export function targetTable(runs: readonly Run[], memory: readonly Footprint[]): string {
  const reads = runs.map((run) => {
    const read = run.rounds.find((one) => one.operation === "read" && one.inFlight === 64);
    const target = run.topology === "cluster" ? 0.65 : 0.75;
    const { median } = ratios(run.rounds, read as Rounds<RedisCost>, perSecond.of);
    const what = `\`read\` a second against \`GET\`, 64 in flight, ${nameOf(run)}`;
    return [what, `at least ${target}`, ratioFigure(median), median >= target ? "yes" : "no"];
  });
  const footprints = memory.flatMap(({ name, bytes, isOurs }) => {
    if (!isOurs) return [];
    const ratio = bytes / bytesOf(memory, PLAIN);
    const what = `memory against ${PLAIN}, ${name}`;
    return [[what, "at most 2.5", ratioFigure(ratio), ratio <= 2.5 ? "yes" : "no"]];
  });
  return table(TARGET_TITLES, [...reads, ...footprints]);
}

export function redisRatios(runs: readonly Run[]): string {
  const findings = runs.map((run) => ({ name: nameOf(run), rounds: run.rounds }));
  return ratioTable<RedisCost>(findings, [perSecond, clientCpu, serverCpu]);
}

export function redisCosts({ rounds }: Run): string {
  return costTable<RedisCost>(rounds, [perSecond, p50, p99, clientCpu, serverCpu], {
    title: "commands",
    of: ({ commands }) => commands.join(", "),
  });
}

export function memoryTable(memory: readonly Footprint[]): string {
  const rows = memory.map(({ name, bytes }) => [
    name,
    bytes.toFixed(0),
    ratioFigure(bytes / bytesOf(memory, PLAIN)),
    ratioFigure(bytes / bytesOf(memory, WHOLE)),
  ]);
  return table(["what", "bytes a session", `against ${PLAIN}`, `against ${WHOLE}`], rows);
}

export function nameOf({ client, topology }: Run): string {
  return `${client}, ${topology}`;
}

function bytesOf(memory: readonly Footprint[], name: string): number {
  return memory.find((one) => one.name === name)?.bytes ?? Number.NaN;
}
