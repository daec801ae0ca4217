import type { NewSessionRecord, SessionRef, Store } from "@sojourn/core";
import { type PostgresServer, startPostgres, until } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { Client } from "pg";
import { type Open, openPg } from "./clients.ts";

export const NOW = 1_800_000_000_000;
export const HOUR = 3_600_000;

export const isFull: boolean = process.env.SOJOURN_FULL === "1";

/** PostgreSQL's isolation levels, and the database here in which each is the default. */
export const isolations: Readonly<Record<string, string>> = {
  "read committed": "postgres",
  "repeatable read": "repeatable",
  serializable: "serializable",
};

/** A server with tables, and somebody with a connection who may do everything. */
export interface World {
  readonly server: PostgresServer;
  readonly admin: Client;
  /** The store as a process has it, with a pool of its own. It ends with the world. */
  open(open: Open, wanted?: Parameters<Open>[1]): Store;
  /** Another connection like `admin`. */
  connect(database?: string): Promise<Client>;
  /** Resolves when so many statements wait for a lock. */
  waiting(statements: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(args: readonly string[] = []): Promise<World> {
  const server = await startPostgres({ args });
  const closing: (() => Promise<unknown>)[] = [];

  async function connect(database = "postgres"): Promise<Client> {
    const client = new Client({ ...address, database });
    // Of a server that is killed its clients hear, too.
    client.on("error", () => {});
    await client.connect();
    closing.push(() => client.end());
    return client;
  }

  const address = { host: server.host, port: server.port, user: server.user };
  const admin = await connect();
  for (const [isolation, name] of Object.entries(isolations)) {
    if (name !== "postgres") await admin.query(`CREATE DATABASE ${name}`);
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`);
    const { database, close } = openPg(server.port, { database: name });
    await migrate(database);
    await close();
  }

  return {
    server,
    admin,
    open(open, wanted = {}) {
      const { timeLimit = 1_000 } = wanted;
      const { database, close } = open(server.port, wanted);
      closing.push(close);
      return sqlStore(database, { timeLimit });
    },
    connect,
    async waiting(statements) {
      await until(`${statements} statements wait for a lock`, async () => {
        const { rows } = await admin.query(
          "SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
        );
        return rows[0].count === statements;
      });
    },
    async stop() {
      await Promise.all(closing.map((close) => close().catch(() => {})));
      await server.stop();
    },
  };
}

export function newPartition(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString("base64url");
}

/** A handle with a name that can be read in a failure. */
function handle(name: string): string {
  return `${name.padEnd(21, "-")}A`;
}

export function recordOf(
  partition: string,
  name: string,
  fields: Partial<NewSessionRecord> = {},
): NewSessionRecord {
  return {
    partition,
    handle: handle(name),
    userId: "ada",
    credential: "credential",
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

/** Holds the row's lock until the function that it gives is called. */
export async function holdRow(client: Client, { partition, handle }: SessionRef) {
  await client.query("BEGIN");
  await client.query(
    "SELECT 1 FROM sojourn_sessions WHERE partition_key = $1 AND handle = $2 FOR UPDATE",
    [partition, handle],
  );
  return async () => void (await client.query("COMMIT"));
}

/** The names of the live sessions. */
export async function namesIn(store: Store, partition: string): Promise<string[]> {
  const records = await store.list(partition, NOW);
  return records.map((record) => record.handle.replace(/-*A$/, ""));
}
