import { clientCpu, costTable, p50, p99, perSecond, ratioTable } from "../costs.ts";
import { type Spread, spread } from "../statistics.ts";
import { ratioFigure, spreadFigure, table } from "../table.ts";
import type { Sizes } from "./sizes.ts";
import type { Speed } from "./speed.ts";
import type { Sweep, Sweeping } from "./sweep.ts";

export function speedRatios(speeds: readonly Speed[]): string {
  return ratioTable(speeds, [perSecond, p50, p99, clientCpu]);
}

export function speedCosts({ rounds }: Speed): string {
  return costTable(rounds, [perSecond, p50, p99, clientCpu]);
}

export function sweepTable(found: readonly Sweeping[]): string {
  const rows = found.map(({ name, sweeps }) => {
    const of = (what: (sweep: Sweep) => number) => spreadFigure(over(sweeps, what));
    return [
      name,
      of(({ total }) => total),
      of(({ longestBatch }) => longestBatch),
      of(({ meanwhile }) => meanwhile.longest),
      of(({ without }) => without.longest),
      of(({ meanwhile, total }) => (meanwhile.calls / total) * 1e3),
      of(({ without, total }) => (without.calls / total) * 1e3),
    ];
  });
  const waits = ["longest wait meanwhile", "longest wait without"];
  const calls = ["load's calls a second meanwhile", "without"];
  return table(["client", "the whole, ms", "longest batch", ...waits, ...calls], rows);
}

function over(sweeps: readonly Sweep[], what: (sweep: Sweep) => number): Spread {
  return spread(sweeps.map(what));
}

export function sizeTable(found: readonly Sizes[]): string {
  const rows = found.flatMap(({ name, byHand, byUser, sojourn, login }) => {
    const row = (what: string, bytes: number) => [
      `${name}, ${what}`,
      bytes.toFixed(0),
      ratioFigure(bytes / byHand),
      ratioFigure(bytes / byUser),
    ];
    return [
      row("by hand, an index on the deadline", byHand),
      row("by hand, and an index on the user", byUser),
      row("Sojourn", sojourn),
      ...(login > 0 ? [row("Sojourn, in the ten minutes after a login", sojourn + login)] : []),
    ];
  });
  const against = ["against by hand", "against by hand with both indexes"];
  return table(["what", "bytes a session", ...against], rows);
}
