import { adapterCases, testAdapter } from "@sojourn/testing/suites";
import { describe, test } from "vitest";
import { frameworks } from "./frameworks.ts";

// Connect and Express 4 are given the middleware of Express 5. What they do themselves is to write
// headers and to answer errors; the other stories come with the large numbers.
const alike = process.env.SOJOURN_FULL === "1" ? [] : ["Connect", "Express 4"];
const told = adapterCases.filter(({ title }) => /^invariant (1|8|10):/.test(title));

for (const { name, serve } of frameworks) {
  if (!alike.includes(name)) testAdapter(name, serve);
  else {
    describe(`adapter: ${name}`, () => {
      for (const { title, run } of told) test(title, () => run(serve));
    });
  }
}
