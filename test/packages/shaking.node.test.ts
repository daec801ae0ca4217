// What a bundle keeps of a package of which little or nothing is used.
import { build } from "esbuild";
import { describe, expect, inject, test } from "vitest";

const consumer = inject("consumer");
const packed = inject("packed");

/** The bytes of a minified bundle with all that is installed in it. `trusting`: `sideEffects` is believed. */
async function weigh(contents: string, { trusting = true } = {}): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: consumer },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    // Tests are not bundled.
    external: ["vitest", "fast-check"],
    ignoreAnnotations: !trusting,
    logLevel: "silent",
  });
  return outputFiles[0]?.contents.length ?? 0;
}

describe.each(packed.flatMap(({ entries }) => entries))("%s", (entry) => {
  test("an import of which nothing is used leaves nothing in a bundle", async () => {
    expect(await weigh(`import "${entry}";`)).toBe(0);
    expect(await weigh(`import * as unused from "${entry}";`)).toBe(0);
  });
});

test("without sideEffects: false the core would stay in a bundle that does not use it", async () => {
  expect(await weigh('import "@sojourn/core";', { trusting: false })).toBeGreaterThan(10_000);
});

/**
 * One small export of each package that has several, and what it may weigh at most. The JavaScript of an
 * entry is one file: what that does when it is loaded stays, with the hashes of noble that it needs.
 * Most of net is ipaddr.js.
 */
const small: readonly (readonly [name: string, entry: string, bytes: number])[] = [
  ["ConfigurationError", "@sojourn/core", 36_000],
  ["requireUser", "@sojourn/hono", 37_000],
  ["isLocalhost", "@sojourn/net", 17_000],
  ["requireUser", "@sojourn/node", 150],
  ["fakeClock", "@sojourn/testing", 700],
];

test.each(small)("%s of %s takes at most its share into a bundle", async (name, entry, bytes) => {
  const one = await weigh(`import { ${name} } from "${entry}"; console.log(${name});`);
  expect(one).toBeLessThanOrEqual(bytes);
  expect(one).toBeLessThan(0.8 * (await weigh(`export * from "${entry}";`)));
});
