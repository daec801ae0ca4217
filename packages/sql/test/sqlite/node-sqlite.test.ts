// Node and Deno have this module.
import { testStore } from "@sojourn/testing/suites";
import { DatabaseSync } from "node:sqlite";
import { openTwice, underTest } from "./under-test.ts";

testStore(
  "node:sqlite",
  underTest(() => openTwice((path) => new DatabaseSync(path))),
);
