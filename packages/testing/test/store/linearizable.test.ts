import { expect, test } from "vitest";
import type { Call } from "../../src/store/calls.ts";
import { isLinearizable } from "../../src/store/linearizable.ts";
import { Oracle } from "../../src/store/oracle.ts";
import { newRecord, NOW } from "../../src/store/records.ts";

const record = newRecord("partition-------");
const update: Call = ["update", record, { set: { a: "1" } }, NOW];
const remove: Call = ["delete", record];
const updated = { status: "updated", version: 2, renewed: true };
const gone = { status: "gone" };

function before(): Oracle {
  const oracle = new Oracle();
  oracle.create(record, NOW);
  return oracle;
}

const isEmpty = (oracle: Oracle) => oracle.list(record.partition, NOW).length === 0;
const overlapping = { startedAt: 1, endedAt: 2 };

test("calls at once may have happened in either order", () => {
  for (const outcome of [updated, gone]) {
    const calls = [
      { call: update, outcome, ...overlapping },
      { call: remove, outcome: "deleted", ...overlapping },
    ];
    expect(isLinearizable(before(), calls, isEmpty)).toBe(true);
  }
});

test("no order explains a record that is there although it was deleted", () => {
  const calls = [
    { call: update, outcome: updated, ...overlapping },
    { call: remove, outcome: "deleted", ...overlapping },
  ];
  expect(isLinearizable(before(), calls, (oracle) => !isEmpty(oracle))).toBe(false);
});

test("a call that had ended before another began comes before it", () => {
  const calls = (outcome: unknown) => [
    { call: remove, outcome: "deleted", startedAt: 1, endedAt: 1 },
    { call: update, outcome, startedAt: 2, endedAt: 2 },
  ];
  expect(isLinearizable(before(), calls(gone), isEmpty)).toBe(true);
  expect(isLinearizable(before(), calls(updated), isEmpty)).toBe(false);
});
