import { migrate, sqlStore } from "@sojourn/sql";
import { testMarks, testOnce, testReferences } from "@sojourn/testing/suites";
import { twoProcesses } from "./two-processes.ts";

const under = <Name extends "marks" | "references" | "once">(name: Name) =>
  twoProcesses(
    (database) => migrate(database),
    (database, timeLimit) => sqlStore(database, { timeLimit }),
    ({ powers }) => powers[name],
  );

testMarks("node:sqlite", () => under("marks"));
testReferences("node:sqlite", () => under("references"));
testOnce("node:sqlite", () => under("once"));
