import {
  ABANDONED_AFTER,
  type CreateOptions,
  type CreateOutcome,
  type NewSessionRecord,
  type SessionLimit,
} from "@sojourn/core";
import sql, { empty, join, type Sql } from "sql-template-tag";
import type { Row } from "../statement.ts";
import { COLUMNS, integer, liveRows, text, valuesOf } from "./record.ts";
import type { Query } from "./server.ts";
import type { Tables } from "./tables.ts";

/** A stamp earlier than any: the partition's row is there for its lock. */
export const NEVER = -1;

/** What a limit looks at. */
interface Candidate {
  readonly handle: string;
  readonly isAbandoned: boolean;
  readonly lastActive: number;
}

/**
 * A login in a transaction that holds the partition's lock, so that no other login of this user, and no
 * `deleteAll`, is under way. `notBefore`: the partition's stamp.
 */
export async function login(
  query: Query,
  { sessions }: Tables,
  notBefore: number,
  [record, now, { limit, replaces }]: readonly [NewSessionRecord, number, CreateOptions],
): Promise<CreateOutcome> {
  const { partition, handle, authenticatedAt } = record;

  /** The rows that count: of a user without a limit, the one under the same handle. */
  function look(lock: Sql): Promise<readonly Row[]> {
    const counted = limit === undefined ? empty : sql`deadline > ${now} OR `;
    return query(sql`SELECT handle, created_at, last_seen_at, deadline FROM ${sessions}
      WHERE partition_key = ${partition} AND (${counted}handle = ${handle})
      ORDER BY handle${lock}`);
  }

  const rows = await look(empty);
  const live = liveRows(rows, now);
  if (live.some((row) => row.handle === handle)) return { status: "exists" };
  if (authenticatedAt !== null && authenticatedAt <= notBefore) return { status: "revoked" };

  let evicted: readonly string[] | null = [];
  if (limit !== undefined && excess(live, limit, replaces) > 0) {
    // A touch may be under way: which of them was seen last is known once none can be.
    const locked = await look(sql` FOR UPDATE`);
    const still = liveRows(locked, now);
    evicted = yielding(still, limit, replaces, now);
  }
  if (evicted === null) return { status: "limit-reached" };

  const expired = rows.length > live.length ? [handle] : [];
  const going = [...expired, ...evicted, ...(replaces === undefined ? [] : [replaces])];
  if (going.length > 0) {
    await query(sql`DELETE FROM ${sessions}
      WHERE partition_key = ${partition} AND handle IN (${join(going)})`);
  }
  await query(sql`INSERT INTO ${sessions} (${COLUMNS}) VALUES (${valuesOf(record)})`);
  return { status: "created", evicted };
}

function excess(live: readonly Row[], { max }: SessionLimit, replaces: string | undefined): number {
  return live.filter((row) => row.handle !== replaces).length + 1 - max;
}

/** Which of the live rows, by ascending handle, make room for one more. Null: the limit refuses it. */
function yielding(
  live: readonly Row[],
  limit: SessionLimit,
  replaces: string | undefined,
  now: number,
): readonly string[] | null {
  const count = Math.max(0, excess(live, limit, replaces));
  const others = live.filter((row) => row.handle !== replaces).map((row) => candidate(row, now));
  const abandoned = others.filter(({ isAbandoned }) => isAbandoned);
  const rest = limit.onLimit === "refuse" ? [] : others.filter(({ isAbandoned }) => !isAbandoned);
  const order = [...byLastActive(abandoned), ...byLastActive(rest)];
  return order.length < count ? null : order.slice(0, count).map(({ handle }) => handle);
}

function candidate(row: Row, now: number): Candidate {
  const seen = row.last_seen_at === null ? null : integer(row.last_seen_at);
  const createdAt = integer(row.created_at);
  return {
    handle: text(row.handle),
    isAbandoned: seen === null && now - createdAt >= ABANDONED_AFTER,
    lastActive: seen ?? createdAt,
  };
}

/** A stable sort: of two alike the smaller handle stays first. */
function byLastActive(some: readonly Candidate[]): readonly Candidate[] {
  return some.toSorted((a, b) => a.lastActive - b.lastActive);
}
