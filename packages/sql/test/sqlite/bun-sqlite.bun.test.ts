import { testStore } from "@sojourn/testing/suites";
import { Database } from "bun:sqlite";
import { openTwice, underTest } from "./under-test.ts";

testStore(
  "bun:sqlite",
  underTest(() => openTwice((path) => new Database(path))),
);
