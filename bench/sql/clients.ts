import Database from "better-sqlite3";
import { DatabaseSync } from "node:sqlite";
import type { InFlight } from "../rounds.ts";
import { connectEmbedded } from "./clients/embedded.ts";
import { connectLibsql } from "./clients/libsql.ts";
import { connectMysql2 } from "./clients/mysql2.ts";
import { connectPg, connectPglite, connectPostgresJs } from "./clients/postgres.ts";
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

export const clients = {
  "node:sqlite": {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: (path) => connectEmbedded(() => new DatabaseSync(path)),
  },
  "better-sqlite3": {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: (path) => connectEmbedded(() => new Database(path)),
  },
  libSQL: {
    dialect: "sqlite",
    site: "file",
    inFlight: [1],
    connect: connectLibsql,
  },
  pg: {
    dialect: "postgres",
    site: "PostgreSQL",
    inFlight: [1, 64],
    connect: connectPg,
  },
  "postgres.js": {
    dialect: "postgres",
    site: "PostgreSQL",
    inFlight: [1, 64],
    connect: connectPostgresJs,
  },
  PGlite: {
    dialect: "postgres",
    site: "file",
    inFlight: [1],
    connect: connectPglite,
  },
  mysql2: {
    dialect: "mysql",
    site: "MariaDB",
    inFlight: [1, 64],
    connect: connectMysql2,
  },
} satisfies Record<string, Client>;

export type ClientName = keyof typeof clients;

export const CLIENTS = Object.keys(clients) as readonly ClientName[];

export function clientOf(name: string | undefined): { name: ClientName; client: Client } {
  const found = CLIENTS.find((one) => one === name);
  if (found === undefined) throw new Error(`Say which client: ${CLIENTS.join(", ")}.`);
  return { name: found, client: clients[found] };
}
