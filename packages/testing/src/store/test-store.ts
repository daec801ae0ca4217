import { describe, test } from "vitest";
import { runStoreCase, storeCases } from "./cases.ts";
import type { StoreFactory, StoreTestOptions } from "./contract.ts";

/** Registers with vitest what every store must pass: all of the contract, a test a sentence. */
export function testStore(
  name: string,
  factory: StoreFactory,
  options: StoreTestOptions = {},
): void {
  describe(`store: ${name}`, () => {
    for (const storeCase of storeCases) {
      test(storeCase.title, async ({ skip }) => {
        const ran = await runStoreCase(storeCase, factory, options);
        if (ran === "skipped") skip(`the factory does not offer: ${storeCase.needs}`);
      });
    }
  });
}
