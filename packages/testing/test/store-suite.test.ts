import { runStoreCase, storeCases } from "@sojourn/testing/suites";
import { describe, expect, test } from "vitest";
import { ContractViolation } from "../src/store/assert.ts";
import { type BrokenStore, factoryOf } from "./store/broken/broken.ts";
import { brokenCreates, brokenReads } from "./store/broken/create.ts";
import { brokenDeadlines, brokenSweeps } from "./store/broken/deadlines.ts";
import { brokenDeleteAlls, brokenLists } from "./store/broken/delete-all.ts";
import { brokenLimits } from "./store/broken/limits.ts";
import { brokenRaces } from "./store/broken/races.ts";
import { brokenGuards, brokenUpdates } from "./store/broken/update.ts";
import { brokenFailures, brokenPartitions, brokenValues } from "./store/broken/values.ts";
import { plainStore } from "./store/plain-store.ts";

const brokenStores: readonly BrokenStore[] = [
  ...brokenCreates,
  ...brokenReads,
  ...brokenUpdates,
  ...brokenGuards,
  ...brokenLimits,
  ...brokenDeadlines,
  ...brokenSweeps,
  ...brokenDeleteAlls,
  ...brokenLists,
  ...brokenRaces,
  ...brokenValues,
  ...brokenPartitions,
  ...brokenFailures,
];

const options = { interleavings: "all" } as const;

describe("a right store passes", () => {
  for (const storeCase of storeCases) {
    test(storeCase.title, async () => {
      const ran = await runStoreCase(storeCase, async ({ step }) => plainStore(step), options);
      expect(ran).toBe("passed");
    });
  }
});

describe("a store is rejected that", () => {
  for (const broken of brokenStores) {
    test(`${broken.defect}: by "${broken.rejectedBy}"`, async () => {
      const named = storeCases.filter(({ title }) => title.startsWith(broken.rejectedBy));
      expect(named).toHaveLength(1);
      for (const storeCase of named) {
        const run = runStoreCase(storeCase, factoryOf(broken), options);
        await expect(run).rejects.toBeInstanceOf(ContractViolation);
      }
    });
  }
});

test("no case is there that rejects no store", () => {
  const idle = storeCases.filter(
    ({ title }) => !brokenStores.some(({ rejectedBy }) => title.startsWith(rejectedBy)),
  );
  expect(idle.map(({ title }) => title)).toEqual([]);
});

test("a title stands for one case", () => {
  expect(new Set(storeCases.map(({ title }) => title)).size).toBe(storeCases.length);
});

describe("a sample of 200 combinations, run at once as on a server,", () => {
  const explored = storeCases.filter(({ title }) => title.includes("up to four operations"));

  test("passes a right store", async () => {
    for (const storeCase of explored) {
      expect(await runStoreCase(storeCase, async ({ step }) => plainStore(step))).toBe("passed");
    }
  });

  for (const broken of [...brokenRaces, ...brokenLimits]) {
    const named = explored.filter(({ title }) => title.startsWith(broken.rejectedBy));
    for (const storeCase of named) {
      test(`rejects a store that ${broken.defect}: ${broken.rejectedBy}`, async () => {
        const run = runStoreCase(storeCase, factoryOf(broken));
        await expect(run).rejects.toBeInstanceOf(ContractViolation);
      });
    }
  }
});
