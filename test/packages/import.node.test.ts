import { expect, inject, test } from "vitest";
import { type } from "./support/folder.ts";

const consumer = inject("consumer");
const entries = inject("packed").flatMap((one) => one.entries);

test.each(entries)("%s can be imported on Node where it is installed", async (entry) => {
  const program = `import("${entry}").then(() => console.log("imported"))`;
  expect(await type(`node -e '${program}'`, consumer)).toBe("imported\n");
});
