import { redisStore } from "@sojourn/redis";
import type { ReplicableStore } from "@sojourn/replicated";
import { type RedisServer, startProxy } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import type { StoreUnderTest } from "@sojourn/testing/suites";
import { Redis } from "ioredis";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A store that can be copied, and what may be done to what is behind it. */
export interface Backend extends Required<Omit<StoreUnderTest, "store">> {
  readonly store: ReplicableStore;
  /** Undoes `disconnect` and `stall`. */
  restore(): Promise<void>;
}

/** In a file of its own. */
export async function inSqlite(timeLimit: number): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-replicated-"));
  const path = join(folder, "sessions.db");
  const [client, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  for (const one of [client, other]) one.exec("PRAGMA synchronous = OFF");
  const database = sqlite(client);
  await migrate(database, { replicable: true });
  // Whoever cannot open a file has no more of it than who finds it locked.
  const lock = async () => other.exec("BEGIN EXCLUSIVE");
  return {
    store: sqlStore(database, { replicable: true, timeLimit }),
    disconnect: lock,
    stall: lock,
    restore: async () => other.exec("ROLLBACK"),
    async damage({ handle }) {
      other.prepare("UPDATE sojourn_sessions SET data = '{\"a' WHERE handle = ?").run(handle);
    },
    async close() {
      for (const one of [client, other]) one.close();
      rmSync(folder, { recursive: true });
    },
  };
}

let prefixes = 0;

/** Under a prefix of its own. */
export async function inRedis(server: RedisServer, timeLimit: number): Promise<Backend> {
  const prefix = `replicated${(prefixes += 1)}:`;
  const proxy = await startProxy(server.port);
  const client = new Redis(proxy.port, "127.0.0.1");
  client.on("error", () => {});
  return {
    store: redisStore(client, { prefix, replicable: true, keepExpired: 3_600_000, timeLimit }),
    disconnect: () => proxy.cut(),
    stall: async () => proxy.stall(),
    restore: async () => proxy.heal(),
    async damage({ partition, handle }) {
      await server.cli("HSET", `${prefix}{${partition}}`, handle, "1\n1\nno record");
    },
    async close() {
      client.disconnect();
      await proxy.stop();
    },
  };
}
