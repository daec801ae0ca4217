import { build as esbuild } from "esbuild";
import { join } from "node:path";
import { build as vite } from "vite";

// What programs weigh as minified bundles, each with all that it imports from a folder's node_modules, in bytes.

// Tests are not bundled.
const external = ["vitest", "fast-check"];

/** `trusting`: `sideEffects` and `@__PURE__` are believed. */
export async function weighWithEsbuild(
  programs: readonly string[],
  folder: string,
  { trusting = true } = {},
): Promise<number[]> {
  const { outputFiles } = await esbuild({
    entryPoints: programs.map((_, at) => ({ in: `program:${at}`, out: `${at}` })),
    plugins: [
      {
        name: "programs",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^program:/ }, ({ path }) => ({ path, namespace: "program" }));
          onLoad({ filter: /^program:/, namespace: "program" }, ({ path }) => ({
            contents: programs[Number(path.slice("program:".length))] ?? "",
            resolveDir: folder,
          }));
        },
      },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    external,
    ignoreAnnotations: !trusting,
    logLevel: "silent",
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, contents.length]));
  return programs.map((_, at) => sizes.get(join(folder, `${at}.js`)) ?? Number.NaN);
}

/** Vite's bundler, which is Rolldown. It would share what two programs have in common: one at a time. */
export async function weighWithRolldown(
  programs: readonly string[],
  folder: string,
): Promise<number[]> {
  const sizes: number[] = [];
  const id = join(folder, "program.js");
  for (const contents of programs) {
    const result = await vite({
      root: folder,
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      plugins: [
        {
          name: "program",
          enforce: "pre",
          resolveId: (asked) => (asked === "program" ? id : null),
          load: (asked) => (asked === id ? contents : null),
        },
      ],
      build: {
        write: false,
        minify: true,
        target: "es2022",
        modulePreload: { polyfill: false },
        rolldownOptions: { input: "program", external: [/^node:/, ...external] },
      },
    });
    const outputs = [result].flat().flatMap((one) => ("output" in one ? one.output : []));
    sizes.push(outputs.reduce((sum, one) => sum + ("code" in one ? one.code.length : 0), 0));
  }
  return sizes;
}
