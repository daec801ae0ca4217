import { expect } from "vitest";
import { type Entry, isKnown } from "./entry.ts";
import { violations } from "./history.ts";
import type { Rule, Violation } from "./report.ts";

/** Expects no violation, says how large the load was, and gives why calls were rejected. */
export function expectNothingLost(title: string, history: readonly Entry[]): string[] {
  console.info(`${title}: ${describe(history)}`);
  expectNone(violations(history));
  return history.filter((entry) => !isKnown(entry)).map(({ error }) => String(error));
}

/** What a failover may do: it may take back what was acknowledged and had not been replicated yet. */
const TAKEN_BACK: ReadonlySet<Rule> = new Set([
  "lost update",
  "version",
  "resurrection",
  "missing",
  "ended twice",
  "needless",
  "overfull",
]);

/** Counts, and says, what a failover has taken back. Expects that nothing else is wrong. */
export function countLost(title: string, history: readonly Entry[]): number {
  const found = violations(history);
  expectNone(found.filter(({ rule }) => !TAKEN_BACK.has(rule)));
  const lost = new Set(found.flatMap(({ lost }) => lost ?? []));
  const names = Map.groupBy(lost, ({ operation }) => operation);
  const list = [...names].map(([name, calls]) => `${calls.length} ${name}`).join(", ");
  console.info(
    `${title}: ${describe(history)}; acknowledged and lost with the primary: ` +
      `${lost.size}${list && ` (${list})`}`,
  );
  return lost.size;
}

function expectNone(found: readonly Violation[]): void {
  const texts = found.slice(0, 10).map(({ text }) => text);
  expect(texts, `${found.length} violations`).toEqual([]);
}

function describe(history: readonly Entry[]): string {
  const unknown = history.filter((entry) => !isKnown(entry));
  const writes = unknown.filter(({ operation }) => operation !== "read" && operation !== "list");
  return (
    `${history.length - unknown.length} calls acknowledged, ${unknown.length} not, ` +
    `${writes.length} of these writes`
  );
}
