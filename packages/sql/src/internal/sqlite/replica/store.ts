import type { Store } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import { limited } from "../../statements.ts";
import type { Tables } from "../../tables.ts";
import type { SqliteConnection } from "../connection.ts";
import { createSqliteStore } from "../store.ts";

/** Before all: to a deletion, which is given no time, whatever is there has not expired. */
const BEFORE_ALL = 0;

/** The store whose every write tells the triggers, in the same step, what time it is. */
export function createReplicableStore(connection: SqliteConnection, tables: Tables): Store {
  const plain = createSqliteStore(connection, tables);

  function at(now: number): Store {
    const told: SqliteConnection = {
      ...connection,
      async batch(statements) {
        // What only looks fires no trigger, and need not wait for other writers.
        if (statements.every(({ sql }) => sql.startsWith("SELECT"))) {
          return connection.batch(statements);
        }
        const [, ...rows] = await connection.batch([step(tables, now), ...statements]);
        return rows;
      },
    };
    return createSqliteStore(told, tables);
  }

  return {
    ...plain,
    create: (record, now, options) => at(now).create(record, now, options),
    update: (ref, change, now, options) => at(now).update(ref, change, now, options),
    delete: (ref, options) => at(BEFORE_ALL).delete(ref, options),
    deleteAll: (partition, now, options) => at(now).deleteAll(partition, now, options),

    async sweep(now, limit) {
      const { changes } = tables;
      // Tombstones first: if that fails, no record has gone that nobody was given.
      await connection.batch([
        sql`DELETE FROM ${changes} WHERE seq IN (
          SELECT seq FROM ${changes} WHERE buried_until <= ${now}
          ORDER BY buried_until ${limited(limit)}
        )`,
      ]);
      return at(now).sweep(now, limit);
    },
  };
}

/** Begins a step: what its triggers go by, written down where it is another than before. */
export function step({ replica }: Tables, now: number, leastRevision: number = now): Sql {
  return sql`UPDATE ${replica} SET now = ${now}, least_revision = ${leastRevision}
    WHERE now <> ${now} OR least_revision <> ${leastRevision}`;
}
