import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { cpus } from "node:os";

/** On what this was measured. Nothing that tells whose machine it is. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim()}), ${process.platform}, Node ${process.versions.node}`;
}

/** `name version` of an installed package. */
export function versionOf(name: string): string {
  const manifest = readFileSync(findPackageJSON(name, import.meta.url) as string, "utf8");
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}
