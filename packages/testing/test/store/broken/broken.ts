import type { Store } from "@sojourn/core";
import type { StoreFactory } from "@sojourn/testing/suites";
import { type Parts, plainStore } from "../plain-store.ts";

/** A store with one defect. */
export interface BrokenStore {
  readonly defect: string;
  /** The case that must reject it, by how its title begins. */
  readonly rejectedBy: string;
  /** The operations that are not as they should be. */
  make(parts: Parts): Partial<Store>;
}

export function factoryOf({ make }: BrokenStore): StoreFactory {
  return async ({ step }) => {
    const plain = plainStore(step);
    return { ...plain, store: { ...plain.store, ...make(plain) } };
  };
}
