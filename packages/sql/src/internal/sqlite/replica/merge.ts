import { NOT_BEFORE_KEPT, type ReplicaState } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import { valuesOf, COLUMNS } from "../../record.ts";
import { at } from "../../statements.ts";
import type { Tables } from "../../tables.ts";
import { step } from "./store.ts";

type Of<Kind extends ReplicaState["kind"]> = Extract<ReplicaState, { kind: Kind }>;

/** The statements that take a state if it stands over what is there. Those that do give a row. */
export function mergeStatements(tables: Tables, state: ReplicaState, now: number): readonly Sql[] {
  if (state.kind === "not-before") return [takeStamp(tables, state, now)];
  return state.kind === "tombstone" ? bury(tables, state, now) : put(tables, state, now);
}

function takeStamp(
  { partitions }: Tables,
  { partition, notBefore }: Of<"not-before">,
  now: number,
): Sql {
  return sql`INSERT INTO ${partitions} AS held (partition_key, not_before, kept_until)
    VALUES (${partition}, ${notBefore}, ${now + NOT_BEFORE_KEPT})
    ON CONFLICT (partition_key) DO UPDATE SET
      not_before = excluded.not_before,
      kept_until = max(held.kept_until, excluded.kept_until)
    WHERE held.not_before < excluded.not_before
    RETURNING partition_key`;
}

function bury(tables: Tables, { ref, expiresAt }: Of<"tombstone">, now: number): readonly Sql[] {
  const { sessions, changes, replica } = tables;
  return [
    // At that time nothing has expired: the record, if there is one, leaves a tombstone.
    step(tables, 0),
    advance(tables),
    sql`DELETE FROM ${sessions} WHERE ${at(ref)} RETURNING handle`,
    sql`INSERT INTO ${changes} AS held (seq, partition_key, handle, buried_until)
      SELECT seq, ${ref.partition}, ${ref.handle}, ${expiresAt} FROM ${replica}
      WHERE ${expiresAt} > ${now}
      ON CONFLICT (partition_key, handle) DO UPDATE SET
        seq = excluded.seq, revision = NULL, buried_until = excluded.buried_until
      WHERE coalesce(held.buried_until, 0) < excluded.buried_until
      RETURNING handle`,
  ];
}

function put(tables: Tables, { record, revision }: Of<"record">, now: number): readonly Sql[] {
  const { sessions, changes, replica } = tables;
  const { expiresAt, idleExpiresAt, version } = record;
  const statements = [
    step(tables, now, revision),
    advance(tables),
    sql`UPDATE ${changes} SET seq = (SELECT seq FROM ${replica}), buried_until = ${expiresAt}
      WHERE ${at(record)} AND buried_until > ${now} AND buried_until < ${expiresAt}
      RETURNING handle`,
  ];
  if (now >= expiresAt || now >= idleExpiresAt) return statements;
  return [
    ...statements,
    sql`INSERT OR REPLACE INTO ${sessions} (${COLUMNS}) SELECT ${valuesOf(record, version)}
      WHERE NOT EXISTS (
        SELECT 1 FROM ${changes}
        WHERE ${at(record)} AND (buried_until > ${now} OR revision >= ${revision})
      ) RETURNING handle`,
  ];
}

/** Moves on, for what is noted here and not by a trigger. */
function advance({ replica }: Tables): Sql {
  return sql`UPDATE ${replica} SET seq = seq + 1`;
}
