import type { SessionLimit } from "@sojourn/core";
import type { Rows } from "./rows.ts";

/**
 * Which of a partition's live rows, given by ascending handle, make room for one more. Null: the
 * limit refuses it.
 */
export function yielding(
  rows: Rows,
  live: readonly number[],
  { max, onLimit }: SessionLimit,
  now: number,
): readonly number[] | null {
  const excess = live.length + 1 - max;
  if (excess <= 0) return [];
  const abandoned = live.filter((row) => rows.isAbandoned(row, now));
  const others = onLimit === "refuse" ? [] : live.filter((row) => !rows.isAbandoned(row, now));
  const candidates = [...byLastActive(rows, abandoned), ...byLastActive(rows, others)];
  return candidates.length < excess ? null : candidates.slice(0, excess);
}

/** A stable sort: of two alike the smaller handle stays first. */
function byLastActive(rows: Rows, some: readonly number[]): readonly number[] {
  return some.toSorted((a, b) => rows.lastActive(a) - rows.lastActive(b));
}
