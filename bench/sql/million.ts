import type { SessionRef } from "@sojourn/core";
import { session } from "../sessions.ts";
import type { Connected, Dialect } from "./connected.ts";

const HOUR = 3_600_000;

/** Of a hundred sessions, so many never expire here. */
const LIVE = 50;

const COLUMNS = [
  "partition_key",
  "handle",
  "user_id",
  "credential",
  "created_at",
  "authenticated_at",
  "last_seen_at",
  "idle_expires_at",
  "expires_at",
  "policy",
  "persistent",
  "facts",
  "version",
  "data",
];

/** Rows a statement: SQLite takes 32,766 values. */
const ROWS = 1_000;

/** One of those that never expire here; any number is one's. */
export function liveRef(number: number, count: number): SessionRef {
  const i = number % count;
  return refOf(i - (i % 100) + LIVE + (i % (100 - LIVE)));
}

/** The time at which the n-th hundredth of the sessions has expired, and the one after it has not. */
export function expiryOf(n: number, now: number): number {
  return now - HOUR + n;
}

/**
 * Fills the store's tables as logins would, each of another user, and by the rows that they leave, since
 * a million logins would take long: in the order of the primary key, while those that expire together
 * lie everywhere in it.
 */
export async function fill(
  { run }: Connected,
  dialect: Dialect,
  count: number,
  now: number,
): Promise<void> {
  for (let i = 0; i < count; i += ROWS) {
    const some = Array.from({ length: Math.min(ROWS, count - i) }, (_, j) => i + j);
    const rows = some.map((one) => rowOf(one, now));
    await run(insert("sojourn_sessions", COLUMNS, rows.length, dialect), rows.flat());
    // SQLite needs no lock for a login. The others sweep the row of a login ten minutes after it.
    if (dialect === "sqlite") continue;
    const leavers = some.filter((one) => one % 100 < LIVE);
    await run(
      insert(
        "sojourn_partitions",
        ["partition_key", "not_before", "kept_until"],
        leavers.length,
        dialect,
      ),
      leavers.flatMap((one) => [refOf(one).partition, -1, expiryOf(one % 100, now)]),
    );
  }
  for (const statement of UPKEEP[dialect]) await run(statement);
}

/** What a database does by itself sooner or later, and not while it is measured. */
const UPKEEP: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: ["PRAGMA wal_checkpoint(TRUNCATE)"],
  postgres: ["VACUUM ANALYZE", "CHECKPOINT"],
  mysql: ["ANALYZE TABLE sojourn_sessions, sojourn_partitions"],
};

function refOf(i: number): SessionRef {
  return { partition: String(i).padStart(16, "0"), handle: session(i, 0).handle };
}

function rowOf(i: number, now: number): (string | number | null)[] {
  const record = session(i, now - 2 * HOUR);
  const n = i % 100;
  const idleExpiresAt = n < LIVE ? expiryOf(n, now) : now + HOUR + ((i * 7_919) % HOUR);
  return [
    refOf(i).partition,
    record.handle,
    record.userId,
    record.credential,
    record.createdAt,
    record.authenticatedAt,
    record.lastSeenAt,
    idleExpiresAt,
    record.expiresAt,
    record.policy,
    0,
    record.facts,
    1,
    JSON.stringify(record.data),
  ];
}

function insert(table: string, columns: readonly string[], rows: number, dialect: Dialect): string {
  let number = 0;
  const value = () => (dialect === "postgres" ? `$${++number}` : "?");
  const row = () => `(${columns.map(value).join(", ")})`;
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${Array.from({ length: rows }, row).join(", ")}`;
}
