import { clientCpu, ratios } from "../costs.ts";
import { machine } from "../machine.ts";
import type { Part } from "../part.ts";
import type { Rounds } from "../rounds.ts";
import { runWorker } from "../run-worker.ts";
import { type Spread, spread } from "../statistics.ts";
import { figure, ratioFigure, spreadFigure, table } from "../table.ts";
import { targetsTable } from "../targets.ts";
import { ALL, USUAL } from "./variants.ts";

const worker = new URL("worker.ts", import.meta.url);

export const watch: Part = {
  name: "watch",
  about: "what events, detectors, binding and OpenTelemetry take of a signed-in read",
  async run({ quick }) {
    const scale = quick ? ["--quick"] : [];
    const quiet = await runWorker<Rounds[]>(worker, scale);
    const told = await runWorker<Rounds[]>(worker, [...scale, "--told"]);
    const target = (name: string, what: string, rounds: readonly Rounds[]) => ({
      what: `${name}: ${what}`,
      most: 5,
      unit: "us",
      measured: added(rounds, rounds.find(({ operation }) => operation === name) as Rounds).median,
    });
    const targets = [USUAL, ALL].flatMap((name) => [
      target(name, "a read", quiet),
      target(name, "a read that is told", told),
    ]);
    return [
      `Measured by \`npm run bench -- watch\` on ${machine()}: a signed-in read through \`sessions.begin\`, over 1,000 sessions in memory, with an address and the user agent of a Chrome. Each figure is the median of ${quiet[0]?.costs.length} rounds, in which all take turns, with the least and the most of them; what is added is told round by round, too. The SDK of OpenTelemetry keeps what it records, and exports nothing.`,
      targetsTable(targets),
      "A read within the touch interval, of which there is no event:",
      addedTable(quiet),
      "A read that is the first in a touch interval: it is written down, and `session_accessed` is told. Once a minute and session.",
      addedTable(told),
    ].join("\n\n");
  },
};

/** us of CPU more than the bare one, round by round. */
function added(rounds: readonly Rounds[], one: Rounds): Spread {
  const bare = rounds.find(({ operation }) => operation === one.against);
  return spread(one.costs.map((cost, i) => cost.clientCpu - (bare?.costs[i]?.clientCpu ?? NaN)));
}

function addedTable(rounds: readonly Rounds[]): string {
  const rows = rounds.map((one) => [
    one.operation,
    spreadFigure(spread(one.costs.map(clientCpu.of)), figure),
    ...(one.against === null
      ? ["-", "-"]
      : [
          spreadFigure(added(rounds, one), (us) => us.toFixed(2)),
          spreadFigure(ratios(rounds, one, clientCpu.of), ratioFigure),
        ]),
  ]);
  return table(["what", "CPU of the process, us", "more than the first, us", "ratio"], rows);
}
