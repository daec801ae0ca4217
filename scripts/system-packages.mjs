// The tests start real servers and type what the READMEs show: for that they need programs that npm
// does not install.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";

// Each program, and the Debian package that has it.
const packages = {
  chromium: "chromium",
  curl: "curl",
  // Programs alone. mariadb-server would add a service, an account and a folder of data.
  mariadbd: "mariadb-server-core",
  my_print_defaults: "mariadb-client-core",
  nginx: "nginx-light",
  openssl: "openssl",
  postgres: "postgresql",
  "redis-cli": "redis-tools",
  "redis-server": "redis-server",
};
// The package's name, and the service's where it is another.
const services = {
  "nginx-light": "nginx",
  postgresql: "postgresql",
  "redis-server": "redis-server",
};
const policy = "/usr/sbin/policy-rc.d";
const clusterSettings = "/etc/postgresql-common/createcluster.d";

// Debian keeps some where not everybody's PATH leads.
function folders() {
  const postgresql = "/usr/lib/postgresql";
  const versions = existsSync(postgresql) ? readdirSync(postgresql) : [];
  return ["/usr/sbin", ...versions.map((version) => `${postgresql}/${version}/bin`)];
}

function isMissing(program) {
  if (spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined) return false;
  return !folders().some((folder) => existsSync(`${folder}/${program}`));
}

function list(names) {
  return new Intl.ListFormat("en").format(names);
}

/** Calls `work` while there is a file with this text, unless there was one before. */
function withFile(path, text, work) {
  if (existsSync(path)) return work();
  writeFileSync(path, text, { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(path);
  }
}

/**
 * Calls `install` while Debian starts no service that it installs: Redis would listen on its usual
 * port from then on. https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 */
function withoutServices(install) {
  withFile(policy, "#!/bin/sh\nexit 101\n", install);
}

/** Calls `install` while Debian makes no cluster for a PostgreSQL that it installs. */
function withoutCluster(install) {
  const made = mkdirSync(clusterSettings, { recursive: true });
  withFile(`${clusterSettings}/sojourn.conf`, "create_main_cluster = false\n", install);
  if (made !== undefined) rmdirSync(clusterSettings);
}

function aptInstall(names) {
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  spawnSync("apt-get", ["update", "-qq"], quiet);
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...names];
  const run = () => spawnSync("apt-get", install, quiet);
  // Ctrl-C ends apt-get; the files that we put there meanwhile must not stay.
  const wait = () => {};
  process.on("SIGINT", wait);
  withoutServices(() => (names.includes("postgresql") ? withoutCluster(run) : run()));
  process.off("SIGINT", wait);
  // Nor when the machine starts the next time.
  for (const [name, service] of Object.entries(services)) {
    if (names.includes(name)) spawnSync("update-rc.d", [service, "disable"], quiet);
  }
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
