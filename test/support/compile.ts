import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { blocks, fileOf } from "./markdown.ts";
import { root, run } from "./program.ts";
import { workplace } from "./workplace.ts";

const compilerOptions = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: "nodenext",
  allowImportingTsExtensions: true,
  lib: ["ES2024", "DOM", "DOM.Iterable"],
  types: ["node"],
  skipLibCheck: true,
};

/** Compiles a README's snippets against the packages; `given`: files that they import. */
export async function compile(
  readme: string,
  given: Readonly<Record<string, string>> = {},
): Promise<void> {
  const taken = new Set<string | undefined>();
  const snippets = blocks(readme, "ts").map((text, at) => {
    const file = fileOf(text);
    // Programs that differ in nothing but their framework have one name.
    const name = file === undefined || taken.has(file) ? `${at}.ts` : file;
    taken.add(file);
    // Each a module of its own, whether it imports anything or not.
    return [name, `${text}export {};\n`];
  });
  expect(snippets.length).toBeGreaterThan(0);
  const folder = workplace({
    "prelude.d.ts": readFileSync(`${root}test/readme/prelude.d.ts`, "utf8"),
    "tsconfig.json": JSON.stringify({ compilerOptions }),
    ...given,
    ...Object.fromEntries(snippets),
  });
  const compiler = run({ command: "tsc -p .", folder });
  await compiler.ended;
  expect(compiler.output()).toBe("");
}
