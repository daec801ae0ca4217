import {
  CorruptRecordError,
  type SessionRef,
  type Store,
  StoreUnavailableError,
} from "@sojourn/core";
import type { StoreUnderTest } from "@sojourn/testing/suites";
import { Oracle } from "../../src/store/oracle.ts";

export interface Parts {
  /** What is stored, within reach of a defect. */
  readonly oracle: Oracle;
  readonly step: () => Promise<void>;
  /** The store without the defect. */
  readonly store: Store;
}

export interface PlainStore extends StoreUnderTest, Parts {}

/** A right store, and as plain as can be: each operation is one of the oracle's. Broken ones begin as this. */
export function plainStore(step: () => Promise<void>): PlainStore {
  const oracle = new Oracle();
  const damaged = new Set<string>();
  let backend: "up" | "away" | "stalled" = "up";

  function reach(): void {
    // A store that keeps its time limit says the same of both.
    if (backend !== "up") throw new StoreUnavailableError(`The backend is ${backend}.`);
  }

  function reachRecord(ref: SessionRef): void {
    reach();
    if (damaged.has(nameOf(ref))) throw new CorruptRecordError("The record is damaged.");
  }

  const store: Store = {
    async create(...args) {
      reach();
      return oracle.create(...args);
    },
    async read(...args) {
      reachRecord(args[0]);
      return oracle.read(...args);
    },
    async update(...args) {
      reachRecord(args[0]);
      return oracle.update(...args);
    },
    async delete(...args) {
      reach();
      return oracle.delete(...args);
    },
    async list(...args) {
      reach();
      return oracle.list(...args);
    },
    async deleteAll(...args) {
      reach();
      return oracle.deleteAll(...args);
    },
    async sweep(...args) {
      reach();
      return oracle.sweep(...args);
    },
  };
  return {
    oracle,
    step,
    store,
    async disconnect() {
      backend = "away";
    },
    async stall() {
      backend = "stalled";
    },
    async damage(ref) {
      damaged.add(nameOf(ref));
    },
  };
}

function nameOf({ partition, handle }: SessionRef): string {
  return `${partition} ${handle}`;
}
