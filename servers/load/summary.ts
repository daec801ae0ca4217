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

/** Gives, and counts aloud, the writes that a failover has taken back. Expects that nothing else is wrong. */
export function lostIn(title: string, history: readonly Entry[]): readonly Entry[] {
  const found = violations(history);
  expectNone(found.filter(({ rule }) => !TAKEN_BACK.has(rule)));
  const belied = [...new Set(found.flatMap(({ lost }) => lost ?? []))];
  const lost = belied.filter(hasChanged);
  const names = Map.groupBy(lost, ({ operation }) => operation);
  const list = [...names].map(([name, calls]) => `${calls.length} ${name}`).join(", ");
  console.info(
    `${title}: ${describe(history)}; lost with the primary: ${lost.length} acknowledged writes` +
      `${list && ` (${list})`}, and ${belied.length - lost.length} answers were of what was lost`,
  );
  return lost;
}

/** Whether a call that was acknowledged has left anything behind that could be lost. */
function hasChanged({ outcome }: Entry): boolean {
  if (outcome === "deleted") return true;
  if (typeof outcome !== "object" || outcome === null) return false;
  if (Array.isArray(outcome)) return outcome.every((one) => typeof one === "string");
  return "status" in outcome && (outcome.status === "created" || outcome.status === "updated");
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
