// Installs what the lock file says, if it is not there yet, and runs the tools of node_modules.
// Plain Node 20: this is the one script that runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

// First on PATH are the tools that the lock file names, and among them the Node they need, which
// may be newer than the one that runs this script.
export const env = {
  ...process.env,
  PATH: join(root, "node_modules", ".bin") + delimiter + process.env.PATH,
};

function readLock(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8")).packages;
  } catch {
    return {};
  }
}

// By content, not by date: a checkout gives files new dates.
function isInstalled() {
  const installed = readLock("node_modules/.package-lock.json");
  return Object.entries(readLock("package-lock.json")).every(([path, { optional, version }]) => {
    if (path === "") return true;
    const there = installed[path];
    return there ? there.version === version : optional === true;
  });
}

export function setup() {
  if (isInstalled()) return;
  console.log("Installing what package-lock.json says ...");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a program to its end and resolves to its exit code; 127 if there is no such program. */
export function run([command, ...args], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: "inherit", ...options });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
