import { type Spread, spread } from "../statistics.ts";
import { ratioFigure, spreadFigure, table } from "../table.ts";
import type { Cost } from "./measure.ts";
import { type Footprint, PLAIN, WHOLE } from "./memory.ts";
import type { Rounds, Run } from "./rounds.ts";

/** What is asked of us, and whether it is so. */
export function targetTable(runs: readonly Run[], memory: readonly Footprint[]): string {
  const reads = runs.map((run) => {
    const read = run.rounds.find((one) => one.operation === "read" && one.inFlight === 64);
    const target = run.topology === "cluster" ? 0.65 : 0.75;
    const { median } = ratios(run, read as Rounds, ({ perSecond }) => perSecond);
    const what = `\`read\` a second against \`GET\`, 64 in flight, ${nameOf(run)}`;
    return [what, `at least ${target}`, ratioFigure(median), median >= target ? "yes" : "no"];
  });
  const footprints = memory.flatMap(({ name, bytes, isOurs }) => {
    if (!isOurs) return [];
    const ratio = bytes / bytesOf(memory, PLAIN);
    const what = `memory against ${PLAIN}, ${name}`;
    return [[what, "at most 2.5", ratioFigure(ratio), ratio <= 2.5 ? "yes" : "no"]];
  });
  return table(["what", "target", "measured", "met"], [...reads, ...footprints]);
}

export function ratioTable(runs: readonly Run[]): string {
  const rows = runs.flatMap((run) =>
    run.rounds.flatMap((rounds) => {
      if (rounds.against === null) return [];
      const ratio = (what: (cost: Cost) => number) =>
        spreadFigure(ratios(run, rounds, what), ratioFigure);
      return [
        [
          nameOf(run),
          `${rounds.inFlight}`,
          `\`${rounds.operation}\` / \`${rounds.against}\``,
          ratio(({ perSecond }) => perSecond),
          ratio(({ clientCpu }) => clientCpu),
          ratio(({ serverCpu }) => serverCpu),
        ],
      ];
    }),
  );
  const head = ["client", "in flight", "what", "calls a second", "client's CPU", "server's CPU"];
  return table(head, rows);
}

export function costTable({ rounds }: Run): string {
  const rows = rounds.map(({ inFlight, operation, costs }) => {
    const of = (what: (cost: Cost) => number) => spreadFigure(spread(costs.map(what)));
    return [
      `\`${operation}\``,
      `${inFlight}`,
      of(({ perSecond }) => perSecond),
      of(({ p50 }) => p50),
      of(({ p99 }) => p99),
      of(({ clientCpu }) => clientCpu),
      of(({ serverCpu }) => serverCpu),
      costs[0]?.commands.join(", ") ?? "",
    ];
  });
  const times = ["p50, us", "p99, us", "client's CPU, us", "server's CPU, us"];
  return table(["what", "in flight", "calls a second", ...times, "commands"], rows);
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

/** Round by round: what disturbs a round disturbs all of it. */
function ratios({ rounds }: Run, one: Rounds, what: (cost: Cost) => number): Spread {
  const floor = rounds.find(
    ({ inFlight, operation }) => inFlight === one.inFlight && operation === one.against,
  );
  return spread(one.costs.map((cost, i) => what(cost) / what(floor?.costs[i] as Cost)));
}

function bytesOf(memory: readonly Footprint[], name: string): number {
  return memory.find((one) => one.name === name)?.bytes ?? Number.NaN;
}
