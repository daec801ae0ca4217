import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { progress } from "./progress.ts";

const FOLDER = new URL("peers/", import.meta.url);

/** Installs what Sojourn is measured against, as peers/package-lock.json says, if it is not there yet. */
export function installPeers(): void {
  if (isInstalled()) return;
  progress("Installing what peers/package-lock.json says ...");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { cwd: fileURLToPath(FOLDER), stdio: "inherit" });
  if (status !== 0) throw new Error("npm ci in bench/peers failed: see above.");
}

/** `name version` of an installed peer. */
export function peerVersion(name: string): string {
  const manifest = new URL(`node_modules/${name}/package.json`, FOLDER);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return `${name} ${version}`;
}

function isInstalled(): boolean {
  const installed = packagesIn("node_modules/.package-lock.json");
  return Object.entries(packagesIn("package-lock.json")).every(
    ([path, { version, optional }]) =>
      path === "" || installed[path]?.version === version || optional === true,
  );
}

type Packages = Record<string, { readonly version: string; readonly optional?: boolean }>;

function packagesIn(lock: string): Packages {
  try {
    const text = readFileSync(new URL(lock, FOLDER), "utf8");
    return (JSON.parse(text) as { packages: Packages }).packages;
  } catch {
    return {};
  }
}
