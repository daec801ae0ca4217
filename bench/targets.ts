import { figure, table } from "./table.ts";

/** One thing that is asked of us: a bound, and what was measured. */
export interface Target {
  readonly what: string;
  readonly most: number;
  readonly unit: string;
  /** NaN: this run has not measured it. */
  readonly measured: number;
}

/** What is asked of us, and whether it is so. */
export function targetsTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, most, unit, measured }) => [
    what,
    `at most ${most.toLocaleString("en")} ${unit}`.trim(),
    `${figure(measured)} ${unit}`.trim(),
    measured <= most ? "yes" : "no",
  ]);
  return table(["what", "target", "measured", "met"], rows);
}
