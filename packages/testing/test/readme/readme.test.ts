import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test.each(["app.test.ts", "my-adapter.ts", "my-adapter.test.ts"])(
  "%s in the README is the one that runs",
  (name) => {
    const source = readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
    expect(readme).toContain(`\`\`\`ts\n// ${name}\n${source}\`\`\``);
  },
);
