// The tests start real servers and type what the READMEs show: for that they need programs that npm
// does not install.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

// Each program, and the Debian package that has it.
const packages = {
  curl: "curl",
  openssl: "openssl",
  "redis-cli": "redis-tools",
  "redis-server": "redis-server",
};
const policy = "/usr/sbin/policy-rc.d";

function isMissing(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined;
}

function list(names) {
  return new Intl.ListFormat("en").format(names);
}

/**
 * Calls `install` while Debian starts no service that it installs: Redis would listen on its usual
 * port from then on. https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 */
function withoutServices(install) {
  // Ctrl-C ends apt-get; this file must not stay.
  const wait = () => {};
  process.on("SIGINT", wait);
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (ours) rmSync(policy);
    process.off("SIGINT", wait);
  }
}

function aptInstall(names) {
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  spawnSync("apt-get", ["update", "-qq"], quiet);
  withoutServices(() => {
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], quiet);
  });
  // Nor when the machine starts the next time.
  if (names.includes("redis-server")) spawnSync("update-rc.d", ["redis-server", "disable"], quiet);
}

/** Installs them where it can, Debian and root; elsewhere one line says what to install. */
export function setupSystemPackages() {
  const missing = Object.keys(packages).filter(isMissing);
  if (missing.length === 0) return;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    const names = missing.map((program) => packages[program]);
    console.log(`Installing ${list(names)} ...`);
    aptInstall(names);
  }
  const still = missing.filter(isMissing);
  if (still.length > 0) console.error(`The tests need ${list(still)}: please install.`);
}
