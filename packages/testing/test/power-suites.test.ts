import {
  channelCases,
  marksCases,
  onceCases,
  type PowerCase,
  type PowerFactory,
  referencesCases,
  replicaCases,
  runPowerCase,
} from "@sojourn/testing/suites";
import { describe, expect, test } from "vitest";
import { ContractViolation } from "../src/store/assert.ts";
import type { BrokenPower } from "./powers/broken/broken.ts";
import { brokenChannels, rightChannel } from "./powers/broken/channel.ts";
import { brokenMarks, rightMarks } from "./powers/broken/marks.ts";
import { brokenOnces, rightOnce } from "./powers/broken/once.ts";
import { brokenReferences, rightReferences } from "./powers/broken/references.ts";
import { brokenReplicas, rightReplica } from "./powers/broken/replica.ts";

/** What comes by itself comes at once here. */
const options = { patience: 40 };

function testSuite<Power>(
  name: string,
  cases: readonly PowerCase<Power>[],
  right: PowerFactory<Power>,
  broken: readonly BrokenPower<Power>[],
): void {
  describe(`${name}: what is right passes`, () => {
    for (const powerCase of cases) {
      test(powerCase.title, async () => {
        expect(await runPowerCase(powerCase, right, options)).toBe("passed");
      });
    }
  });

  describe(`${name}: rejected is what`, () => {
    for (const { defect, rejectedBy, factory } of broken) {
      test(`${defect}: by "${rejectedBy}"`, async () => {
        const named = cases.filter(({ title }) => title.startsWith(rejectedBy));
        expect(named).toHaveLength(1);
        for (const powerCase of named) {
          const run = runPowerCase(powerCase, factory, options);
          await expect(run).rejects.toBeInstanceOf(ContractViolation);
        }
      });
    }
  });

  test(`${name}: no case is there that rejects nothing`, () => {
    const idle = cases.filter(
      ({ title }) => !broken.some(({ rejectedBy }) => title.startsWith(rejectedBy)),
    );
    expect(idle.map(({ title }) => title)).toEqual([]);
  });

  test(`${name}: a title stands for one case`, () => {
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });
}

testSuite("marks", marksCases, rightMarks, brokenMarks);
testSuite("references", referencesCases, rightReferences, brokenReferences);
testSuite("once", onceCases, rightOnce, brokenOnces);
testSuite("channel", channelCases, rightChannel, brokenChannels);
testSuite("replica", replicaCases, rightReplica, brokenReplicas);
