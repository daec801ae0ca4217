import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is to be had: as Debian calls it, and as Homebrew does. */
const packages: Readonly<Record<string, readonly [string, string]>> = {
  "redis-server": ["redis-server", "redis. Version 7 or later"],
  "redis-cli": ["redis-tools", "redis. Version 7 or later"],
  initdb: ["postgresql", "postgresql. Version 15 or later"],
  postgres: ["postgresql", "postgresql. Version 15 or later"],
  "mariadb-install-db": ["mariadb-server-core", "mariadb. Version 10.11 or later"],
  mariadbd: ["mariadb-server-core", "mariadb. Version 10.11 or later"],
  nginx: ["nginx-light", "nginx"],
};

/** What to say where a program is missing. */
export function missing(program: string): Error {
  const [debian, homebrew] = packages[program] ?? [program, program];
  return new Error(
    `${program} is not installed. Debian and Ubuntu: apt-get install ${debian}. ` +
      `macOS: brew install ${homebrew}.`,
  );
}

/** The path of a program: in one of these folders, or else where PATH leads. */
export function find(program: string, folders: readonly string[] = []): string {
  const path = (process.env.PATH ?? "").split(delimiter);
  const found = [...folders, ...path].find((folder) => existsSync(join(folder, program)));
  if (found === undefined) throw missing(program);
  return join(found, program);
}

/** Where Debian keeps PostgreSQL's programs, which are not on its PATH: the latest version first. */
export function postgresqlFolders(root = "/usr/lib/postgresql"): string[] {
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"));
}
