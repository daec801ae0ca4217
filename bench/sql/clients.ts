import type { InFlight } from "../rounds.ts";
import type { Connected, Connecting, Dialect } from "./connected.ts";
import type { Site } from "./places.ts";

export interface Client {
  readonly dialect: Dialect;
  readonly site: Site;
  /** How many calls it can have under way: one where it runs in this process and each holds it up. */
  readonly inFlight: readonly InFlight[];
  /** `address`: of an empty database, or of one that was connected to before. */
  connect(address: string, connecting?: Connecting): Promise<Connected>;
}

/** Each loads its own package, and no other. */
export const clients = {
  "node:sqlite": {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: async (path) => (await import("./clients/node-sqlite.ts")).connectNodeSqlite(path),
  },
  "better-sqlite3": {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: async (path) =>
      (await import("./clients/better-sqlite3.ts")).connectBetterSqlite3(path),
  },
  libSQL: {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: async (path) => (await import("./clients/libsql.ts")).connectLibsql(path),
  },
  pg: {
    dialect: "postgres",
    site: "PostgreSQL",
    inFlight: [1, 64],
    connect: async (url, connecting) =>
      (await import("./clients/pg.ts")).connectPg(url, connecting),
  },
  "postgres.js": {
    dialect: "postgres",
    site: "PostgreSQL",
    inFlight: [1, 64],
    connect: async (url, connecting) =>
      (await import("./clients/postgres-js.ts")).connectPostgresJs(url, connecting),
  },
  PGlite: {
    dialect: "postgres",
    site: "file",
    inFlight: [1],
    connect: async (path) => (await import("./clients/pglite.ts")).connectPglite(path),
  },
  mysql2: {
    dialect: "mysql",
    site: "MariaDB",
    inFlight: [1, 64],
    connect: async (url, connecting) =>
      (await import("./clients/mysql2.ts")).connectMysql2(url, connecting),
  },
} satisfies Record<string, Client>;

export type ClientName = keyof typeof clients;

export const CLIENTS = Object.keys(clients) as readonly ClientName[];

export function clientOf(name: string | undefined): { name: ClientName; client: Client } {
  const found = CLIENTS.find((one) => one === name);
  if (found === undefined) throw new Error(`Say which client: ${CLIENTS.join(", ")}.`);
  return { name: found, client: clients[found] };
}
