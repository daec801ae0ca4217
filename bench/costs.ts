import type { Cost } from "./measure.ts";
import type { Rounds } from "./rounds.ts";
import { type Spread, spread } from "./statistics.ts";
import { ratioFigure, spreadFigure, table } from "./table.ts";

/** One column: a figure of what a call cost. */
export interface Figure<C extends Cost = Cost> {
  /** With its unit after a comma. */
  readonly title: string;
  of(cost: C): number;
}

export const perSecond: Figure = { title: "calls a second", of: (cost) => cost.perSecond };
export const p50: Figure = { title: "p50, us", of: (cost) => cost.p50 };
export const p99: Figure = { title: "p99, us", of: (cost) => cost.p99 };
export const clientCpu: Figure = { title: "client's CPU, us", of: (cost) => cost.clientCpu };

/** What one client found. */
export interface Finding<C extends Cost = Cost> {
  readonly name: string;
  readonly rounds: readonly Rounds<C>[];
}

/** Every operation against what it is held against. */
export function ratioTable<C extends Cost>(
  findings: readonly Finding<C>[],
  figures: readonly Figure<C>[],
): string {
  const rows = findings.flatMap(({ name, rounds }) =>
    rounds.flatMap((one) => {
      if (one.against === null) return [];
      const cells = figures.map(({ of }) => spreadFigure(ratios(rounds, one, of), ratioFigure));
      return [[name, `${one.inFlight}`, `\`${one.operation}\` / \`${one.against}\``, ...cells]];
    }),
  );
  const titles = figures.map(({ title }) => title.split(",")[0] as string);
  return table(["client", "in flight", "what", ...titles], rows);
}

/** Every operation by itself. `note`: a last column of text. */
export function costTable<C extends Cost>(
  rounds: readonly Rounds<C>[],
  figures: readonly Figure<C>[],
  note?: { readonly title: string; of(cost: C): string },
): string {
  const rows = rounds.map(({ inFlight, operation, costs }) => [
    `\`${operation}\``,
    `${inFlight}`,
    ...figures.map(({ of }) => spreadFigure(spread(costs.map(of)))),
    ...(note === undefined ? [] : [note.of(costs[0] as C)]),
  ]);
  const titles = figures.map(({ title }) => title);
  return table(["what", "in flight", ...titles, ...(note ? [note.title] : [])], rows);
}

/** Round by round: what disturbs a round disturbs all of it. */
export function ratios<C extends Cost>(
  rounds: readonly Rounds<C>[],
  one: Rounds<C>,
  what: (cost: C) => number,
): Spread {
  const floor = rounds.find(
    ({ inFlight, operation }) => inFlight === one.inFlight && operation === one.against,
  );
  return spread(one.costs.map((cost, i) => what(cost) / what(floor?.costs[i] as C)));
}
