import { ConfigurationError } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Kept } from "./kept.ts";
import type { Hashes } from "./passwords.ts";

/** Opens the file, or makes it: whoever was logged in before is so again. */
export async function keptInFile(file: string, secret: string | null): Promise<Kept> {
  const { connection, secret: beside } = open(file);
  const database = sqlite(connection);
  await migrate(database);
  return {
    store: sqlStore(database),
    hashes: hashesIn(connection),
    secret: secret ?? beside,
    countSessions: countingIn(connection),
    close: () => connection.close(),
  };
}

function hashesIn(connection: DatabaseSync): Hashes {
  connection.exec("CREATE TABLE IF NOT EXISTS passwords (name TEXT PRIMARY KEY, hash TEXT) STRICT");
  const reading = connection.prepare("SELECT hash FROM passwords WHERE name = ?");
  const writing = connection.prepare("REPLACE INTO passwords (name, hash) VALUES (?, ?)");
  return {
    get: async (name) => (reading.get(name)?.["hash"] as string | undefined) ?? null,
    set: async (name, hash) => void writing.run(name, hash),
  };
}

function countingIn(connection: DatabaseSync): () => number {
  const counting = connection.prepare(
    "SELECT count(*) AS live FROM sojourn_sessions WHERE deadline > ?",
  );
  return () => Number(counting.get(Date.now())?.["live"]);
}

function open(file: string): { connection: DatabaseSync; secret: string } {
  try {
    // Nobody else on this computer has any business here.
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const connection = new DatabaseSync(file, { timeout: 1_000 });
    // So that reading and writing do not wait for each other.
    connection.exec("PRAGMA journal_mode = WAL");
    return { connection, secret: secretBeside(file) };
  } catch (error) {
    throw new ConfigurationError(`SESSION_FILE is "${file}": ${(error as Error).message}.`);
  }
}

/** For those who have set none: it stays with the sessions, which nobody could open without it. */
function secretBeside(file: string): string {
  const made = randomBytes(32).toString("base64");
  if (file === ":memory:") return made;
  const path = `${file}.secret`;
  try {
    writeFileSync(path, made, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readFileSync(path, "utf8");
  }
}
