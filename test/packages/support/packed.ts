import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Not from program.ts: this runs before there is a test.
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The part of a package.json that is looked at here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package as it would be published. */
export interface Packed {
  /** Of its folder in packages/, which is also what titles of tests call it. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** How it is imported, one specifier an entry. */
  readonly entries: readonly string[];
  readonly tarball: string;
  readonly files: readonly string[];
}

/** The package.json in a folder of the repository. */
function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/** The version of somebody else's package that this repository is tested with. */
export function tested(name: string): string {
  return manifestOf(`node_modules/${name}`).version;
}

/** Every folder of packages/, so that a new one is tested before anybody thinks of it. */
export const folders: readonly string[] = readdirSync(join(root, "packages"));

/** Runs `npm pack` once, for all. Its time goes into starting, not into packing. */
export function packAll(destination: string): Packed[] {
  const sources = folders.map((folder) => join(root, "packages", folder));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const output = execFileSync("npm", [...args, ...sources], { encoding: "utf8", stdio: "pipe" });
  const packed = Object.values(
    JSON.parse(output) as { name: string; filename: string; files: { path: string }[] }[],
  );
  return folders.map((folder) => {
    const manifest = manifestOf(`packages/${folder}`);
    const found = packed.find(({ name }) => name === manifest.name);
    if (found === undefined) throw new Error(`npm pack says nothing of ${manifest.name}.`);
    return {
      folder,
      manifest,
      entries: Object.keys(manifest.exports ?? {}).map((path) => manifest.name + path.slice(1)),
      tarball: join(destination, found.filename),
      files: found.files.map(({ path }) => path),
    };
  });
}
