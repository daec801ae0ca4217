// The tests type what the READMEs show, and for that need two programs that npm does not install.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const programs = ["curl", "openssl"];

function isMissing(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined;
}

/** Installs them where it can, Debian and root; elsewhere one line says what to install. */
export function setupSystemPackages() {
  const missing = programs.filter(isMissing);
  if (missing.length === 0) return;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    console.log(`Installing ${missing.join(" and ")} ...`);
    const quiet = { stdio: ["ignore", "ignore", "inherit"] };
    spawnSync("apt-get", ["update", "-qq"], quiet);
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], quiet);
  }
  const still = missing.filter(isMissing);
  if (still.length > 0) console.error(`The tests need ${still.join(" and ")}: please install.`);
}
