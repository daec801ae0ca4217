import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the skeleton in the README is the one that compiles", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const skeleton = readFileSync(new URL("./skeleton.test-d.ts", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n// my-store.ts\n${skeleton}\`\`\``);
});
