import { testStore } from "@sojourn/testing/suites";
import Database from "better-sqlite3";
import { openTwice, underTest } from "./under-test.ts";

testStore(
  "better-sqlite3",
  underTest(() => openTwice((path) => new Database(path))),
);
