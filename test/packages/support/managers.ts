import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type } from "./folder.ts";
import { installed } from "./tools.ts";

export interface Manager {
  readonly name: string;
  /** Installs what a package.json in this folder says. */
  install(folder: string): Promise<void>;
  /** How its users start what package.json starts with this script. */
  start(script: string): Promise<string>;
}

interface Wanted {
  readonly dependencies: Readonly<Record<string, string>>;
}

const npm: Manager = {
  name: "npm",
  async install(folder) {
    await type("npm install --prefer-offline --no-audit --no-fund --ignore-scripts", folder);
  },
  start: async () => "npm start",
};

const pnpm: Manager = {
  name: "pnpm",
  async install(folder) {
    await type(`${await pnpmFile()} install --prefer-offline --ignore-scripts`, folder);
  },
  start: async () => `${await pnpmFile()} start`,
};

function pnpmFile(): Promise<string> {
  return installed("pnpm@12.21.0", "pnpm");
}

/** Without a package.json and a node_modules: Deno's own configuration, and `npm:` specifiers in it. */
const deno: Manager = {
  name: "Deno's npm: specifiers",
  async install(folder) {
    const manifest = join(folder, "package.json");
    const { dependencies } = JSON.parse(readFileSync(manifest, "utf8")) as Wanted;
    const imports = Object.fromEntries(
      Object.entries(dependencies).map(([name, range]) => [name, `npm:${name}@${range}`]),
    );
    rmSync(manifest);
    writeFileSync(join(folder, "deno.json"), JSON.stringify({ imports }));
    await type("deno install --quiet", folder);
  },
  start: async (script) =>
    script
      .replace(/^node /, "deno run --no-prompt --allow-all ")
      .replace(" --import ", " --preload "),
};

export const managers: { readonly [name in "npm" | "pnpm" | "deno"]: Manager } = {
  npm,
  pnpm,
  deno,
};
