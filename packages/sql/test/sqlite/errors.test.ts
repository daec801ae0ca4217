import { CorruptRecordError, SojournError, StoreUnavailableError } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { DatabaseSync } from "node:sqlite";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { newFile } from "./new-file.ts";
import { operations } from "./operations.ts";
import { type ClientName, clients } from "./processes/databases.ts";
import { NOW, recordOf } from "./processes/tasks.ts";

/** All of a session that must not be told; each word is found nowhere else. */
const session = recordOf("one", {
  userId: "Q-user",
  credential: "Q-credential",
  policy: "Q-policy",
  facts: "Q-facts",
  data: { "Q-key": '"Q-value"' },
});

/** What may happen to a file behind a store's back. */
const harms: Record<string, string> = {
  "its tables are gone": "DROP TABLE sojourn_sessions",
  "a column is gone":
    "DROP INDEX sojourn_sessions_deadline; ALTER TABLE sojourn_sessions DROP COLUMN deadline",
  "another schema": "DROP TABLE sojourn_sessions; CREATE TABLE sojourn_sessions (a)",
  "the record is damaged": `UPDATE sojourn_sessions SET data = '{"Q-key": "Q-value', policy = 7`,
  "its data is an array": `UPDATE sojourn_sessions SET data = '["Q-value"]'`,
  "a trigger tells": ["INSERT", "UPDATE", "DELETE"]
    .map(
      (verb) => `CREATE TRIGGER tell_${verb} BEFORE ${verb} ON sojourn_sessions
        BEGIN SELECT RAISE(ABORT, 'Q-user, malformed JSON of Q-value, no such table'); END;`,
    )
    .join("\n"),
};

describe.each(Object.keys(clients) as ClientName[])("%s", (client) => {
  test.each(Object.entries(harms))("%s: an error of ours, which tells nothing", async (_, harm) => {
    const path = newFile();
    const database = clients[client](path);
    await migrate(database);
    const store = sqlStore(database);
    await store.create(session, NOW);
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec(harm);

    let errors = 0;
    for (const operation of Object.values(operations)) {
      const [outcome] = await Promise.allSettled([operation(store, session)]);
      if (outcome.status === "fulfilled") continue;
      errors++;
      const { reason } = outcome;
      expect(reason).toBeInstanceOf(SojournError);
      expect([StoreUnavailableError, CorruptRecordError]).toContain(reason.constructor);
      const told = inspect(reason, { depth: 10, showHidden: true }) + JSON.stringify(reason);
      expect(told).not.toMatch(/Q-/);
    }
    expect(errors).toBeGreaterThan(0);
  });
});
