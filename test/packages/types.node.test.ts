// What users' compilers say of the types, declarations of ours and of others included.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { root, run } from "../support/program.ts";
import { type } from "./support/folder.ts";
import { installed } from "./support/tools.ts";

const full = process.env.SOJOURN_FULL === "1";
const consumer = inject("consumer");
const declarations = inject("packed").flatMap(({ manifest }) =>
  Object.values(manifest.exports ?? {}).map(({ types }) => join(manifest.name, types)),
);

const nodenext = { moduleResolution: "nodenext", module: "nodenext" };
const bundler = { moduleResolution: "bundler", module: "esnext" };
const compilers = [
  { version: "7", tsc: async () => `${root}node_modules/typescript/bin/tsc`, always: nodenext },
  { version: "6", tsc: () => installed("typescript@6.0.3", "bin/tsc"), always: bundler },
  { version: "5.9", tsc: () => installed("typescript@5.9.3", "bin/tsc"), always: nodenext },
];

describe.each(compilers)("TypeScript $version", ({ version, tsc, always }) => {
  const resolutions = [nodenext, bundler].filter((one) => full || one === always);

  test.each(resolutions)(
    "compiles a program that uses every entry, with moduleResolution $moduleResolution",
    // Six seconds of a processor, which may have others to serve.
    { timeout: 300_000 },
    async (resolution) => {
      const config = join(consumer, `tsconfig.${version}.${resolution.moduleResolution}.json`);
      const compilerOptions = {
        ...resolution,
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        target: "es2022",
        lib: ["ES2024", "DOM", "DOM.Iterable"],
        types: ["node"],
        skipLibCheck: false,
        // TypeScript's own are most of the work.
        skipDefaultLibCheck: true,
      };
      writeFileSync(config, JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
      const compiler = await tsc();
      expect(await type(`node ${compiler} --version`, consumer)).toContain(`Version ${version}.`);
      const program = run({
        command: `node ${compiler} -p ${config} --listFiles`,
        folder: consumer,
      });
      await program.ended;
      const listed = program.output();
      expect(listed.split("\n").filter((line) => line !== "" && !line.startsWith("/"))).toEqual([]);
      const unused = declarations.filter((file) => !listed.includes(`/node_modules/${file}\n`));
      expect(unused).toEqual([]);
    },
  );
});
