import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

type Manifest = { exports: Record<string, { "@sojourn/source": string }> };

// A package's `exports` is the one list of its entries: adding a subpath there is enough.
function entries(folder: string): string[] {
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Manifest;
  return Object.values(exports).map((entry) => `${folder}/${entry["@sojourn/source"].slice(2)}`);
}

/**
 * What is built in, and so no dependency of the published package: a few functions each of packages
 * that take longer to load than all that is ours (docs/decisions/0013-built-in.md).
 */
const BUILT_IN: Record<string, (string | RegExp)[]> = { core: ["valibot", /^@noble\/hashes\//] };

function build(name: string): Options {
  const folder = `packages/${name}`;
  return {
    name,
    entry: entries(folder),
    outDir: `${folder}/dist`,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    // Also removes tsconfig.tsbuildinfo, so that tsc -b writes every declaration again.
    clean: true,
    // TypeScript 7 has no compiler API for this: declarations come from tsc -b.
    dts: false,
    // Workers and Deno know Node's modules by the prefix that the source says.
    removeNodeProtocol: false,
    // tsup looks for dependencies in the root's package.json only: leave every bare import alone.
    skipNodeModulesBundle: true,
    noExternal: BUILT_IN[name] ?? [],
    // Errors are printed all the same.
    silent: true,
  };
}

export default defineConfig(readdirSync("packages").map(build));
