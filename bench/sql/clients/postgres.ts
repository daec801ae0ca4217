import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { DELETE, INSERT, numbered, SELECT, tableStatements, UPDATE } from "../by-hand.ts";
import { type Connected, PATIENT, type Table } from "../connected.ts";

export const numberedStatements = {
  select: numbered(SELECT),
  update: numbered(UPDATE),
  insert: numbered(INSERT),
  remove: numbered(DELETE),
};

/** What the three clients for PostgreSQL have in common. */
export async function withStore(
  database: SqlDatabase,
  byHand: { table: Table } & Pick<Connected, "run" | "close">,
): Promise<Connected> {
  const made = await migrate(database);
  if (made.length > 0) {
    for (const statement of tableStatements("postgres")) await byHand.run(statement);
  }
  return { store: sqlStore(database, PATIENT), ...byHand };
}
