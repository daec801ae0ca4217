import { figure, table } from "./table.ts";

/** One thing that is asked of us: a bound, and what was measured. */
export interface Target {
  readonly what: string;
  readonly most: number;
  readonly unit: string;
  /** NaN: this run has not measured it. */
  readonly measured: number;
  /** Where it is told why this is not met. */
  readonly explained?: string;
}

/** By these the summary knows the tables of targets. */
export const TARGET_TITLES = ["what", "target", "measured", "met"] as const;

/** What is asked of us, and whether it is so. */
export function targetsTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, most, unit, measured, explained }) => [
    what,
    `at most ${most.toLocaleString("en")} ${unit}`.trim(),
    `${figure(measured)} ${unit}`.trim(),
    measured <= most ? "yes" : explained === undefined ? "no" : `no: ${explained}`,
  ]);
  return table(TARGET_TITLES, rows);
}
