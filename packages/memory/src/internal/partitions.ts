import type { SessionRef } from "@sojourn/core";
import type { Rows } from "./rows.ts";

/**
 * The rows of each partition, by ascending handle. A partition of one row, which most are, costs no
 * array.
 */
export class Partitions {
  readonly #rows: Rows;
  readonly #byPartition = new Map<string, number | number[]>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  rowsOf(partition: string): readonly number[] {
    const found = this.#byPartition.get(partition);
    if (found === undefined) return [];
    return typeof found === "number" ? [found] : found;
  }

  find({ partition, handle }: SessionRef): number | undefined {
    const rows = this.rowsOf(partition);
    const row = rows[this.indexFrom(rows, handle)];
    return row !== undefined && this.#rows.handle(row) === handle ? row : undefined;
  }

  /** Of rows by ascending handle, the index of the first whose handle is not before this one. */
  indexFrom(rows: readonly number[], handle: string): number {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows.handle(rows[middle] as number) < handle) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(row: number): void {
    const partition = this.#rows.partition(row);
    const found = this.#byPartition.get(partition);
    if (found === undefined) {
      this.#byPartition.set(partition, row);
      return;
    }
    const rows = typeof found === "number" ? [found] : found;
    rows.splice(this.indexFrom(rows, this.#rows.handle(row)), 0, row);
    this.#byPartition.set(partition, rows);
  }

  remove(row: number): void {
    const partition = this.#rows.partition(row);
    const found = this.#byPartition.get(partition);
    if (typeof found !== "object") {
      this.#byPartition.delete(partition);
      return;
    }
    found.splice(this.indexFrom(found, this.#rows.handle(row)), 1);
    const [only] = found;
    if (found.length === 1 && only !== undefined) this.#byPartition.set(partition, only);
  }
}
