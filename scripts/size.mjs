// What a user's bundle grows by: everything a package exports with all it depends on, minified and
// compressed. A real app shakes some of it off.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./setup.mjs";

// Where the line is held, and why it is not lower: docs/decisions/0004-size.md.
const budgets = { "@sojourn/core": 32_500 };

for (const [name, budget] of Object.entries(budgets)) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${name}";`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["@sojourn/source"],
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  const verdict = size <= budget ? "within" : "OVER";
  console.log(`${name}: ${size} bytes gzipped, ${verdict} its budget of ${budget}`);
  if (size > budget) process.exitCode = 1;
}
