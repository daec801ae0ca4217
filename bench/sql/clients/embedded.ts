import { migrate, sqlStore } from "@sojourn/sql";
import { type EmbeddedSqlite, sqlite } from "@sojourn/sql/sqlite";
import { DELETE, INSERT, SELECT, tableStatements, UPDATE } from "../by-hand.ts";
import { type Connected, PATIENT, type Rows, type Table, type TableRow } from "../connected.ts";
import { PRAGMAS } from "./pragmas.ts";

/** What is used of node:sqlite and better-sqlite3 by hand. */
interface Database extends EmbeddedSqlite {
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
}

interface Statement {
  // oxlint-disable-next-line typescript/no-explicit-any -- each client takes a union of its own
  all(...values: any[]): unknown[];
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  get(...values: any[]): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  run(...values: any[]): { changes: number | bigint };
  readonly reader?: boolean;
}

/** `open` gives a connection to the file. The store has one of its own. */
export async function connectEmbedded(open: () => Database): Promise<Connected> {
  const [own, other] = [open(), open()];
  for (const database of [own, other]) {
    for (const pragma of PRAGMAS) database.exec(pragma);
  }
  const database = sqlite(own);
  const made = await migrate(database);
  if (made.length > 0) tableStatements("sqlite").forEach((statement) => other.exec(statement));
  return {
    store: sqlStore(database, PATIENT),
    table: tableIn(other),
    run(statement, values = []) {
      const prepared = other.prepare(statement);
      if (prepared.reader !== false) return prepared.all(...values) as unknown as Rows;
      prepared.run(...values);
      return [];
    },
    close() {
      own.close();
      other.close();
    },
  };
}

function tableIn(database: Database): Table {
  const [select, update, insert, remove] = [
    database.prepare(SELECT),
    database.prepare(UPDATE),
    database.prepare(INSERT),
    database.prepare(DELETE),
  ];
  return {
    select: (id, now) => select.get(id, now) as TableRow | undefined,
    update: (id, data) => Number(update.run(data, id).changes),
    insert: (row) => Number(insert.run(row.id, row.user_id, row.data, row.expires_at).changes),
    delete: (id) => Number(remove.run(id).changes),
  };
}
