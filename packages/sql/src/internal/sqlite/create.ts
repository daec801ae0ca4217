import { ABANDONED_AFTER, type CreateOptions, type NewSessionRecord } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import { COLUMNS, valuesOf } from "../record.ts";
import { liveAt } from "../statements.ts";
import type { Tables } from "../tables.ts";

/** What the record meets, as the word of `CreateOutcome`. */
function statusOf(
  { sessions, partitions }: Tables,
  record: NewSessionRecord,
  now: number,
  { limit, replaces = "" }: CreateOptions,
): Sql {
  const { partition, authenticatedAt } = record;
  const taken = sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${liveAt(record, now)})`;
  const revoked =
    authenticatedAt === null
      ? sql`0`
      : sql`EXISTS (
          SELECT 1 FROM ${partitions}
          WHERE partition_key = ${partition} AND not_before >= ${authenticatedAt}
        )`;
  // Those that nobody has come back for make room also where the limit refuses.
  const full =
    limit?.onLimit === "refuse"
      ? sql`(
          SELECT count(*) FROM ${sessions}
          WHERE ${others(partition, replaces, now)} AND NOT (${isAbandoned(now)})
        ) >= ${limit.max}`
      : sql`0`;
  return sql`CASE WHEN ${taken} THEN 'exists' WHEN ${revoked} THEN 'revoked'
    WHEN ${full} THEN 'limit-reached' ELSE 'created' END`;
}

function others(partition: string, replaces: string, now: number): Sql {
  return sql`partition_key = ${partition} AND deadline > ${now} AND handle <> ${replaces}`;
}

function isAbandoned(now: number): Sql {
  return sql`last_seen_at IS NULL AND created_at <= ${now - ABANDONED_AFTER}`;
}

/**
 * A login in three statements of one transaction: what is in the way, what goes, and the record. Each
 * asks for the status itself, since none can see what another found.
 */
export function createStatements(
  tables: Tables,
  record: NewSessionRecord,
  now: number,
  options: CreateOptions,
): readonly [status: Sql, remove: Sql, insert: Sql] {
  const { sessions } = tables;
  const { limit, replaces = "" } = options;
  const status = statusOf(tables, record, now, options);
  const rest = others(record.partition, replaces, now);
  const victims =
    limit === undefined
      ? sql`handle = ${replaces}`
      : sql`(handle = ${replaces} OR handle IN (
          SELECT handle FROM ${sessions} WHERE ${rest}
          ORDER BY (${isAbandoned(now)}) DESC, coalesce(last_seen_at, created_at), handle
          LIMIT max(0, (SELECT count(*) FROM ${sessions} WHERE ${rest}) + 1 - ${limit.max})
        ))`;
  return [
    sql`SELECT ${status} AS status`,
    sql`DELETE FROM ${sessions}
      WHERE partition_key = ${record.partition} AND ${victims} AND ${status} = 'created'
      RETURNING handle`,
    insertWhere(tables, record, sql`${status} = 'created'`),
  ];
}

/** Only an expired record can be in the place of one that is created: it is replaced. */
export function insertWhere({ sessions }: Tables, record: NewSessionRecord, condition: Sql): Sql {
  return sql`INSERT OR REPLACE INTO ${sessions} (${COLUMNS})
    SELECT ${valuesOf(record)} WHERE ${condition} RETURNING handle`;
}
