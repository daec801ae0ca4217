import { createClient } from "@libsql/client";
import { libsql } from "@sojourn/sql/sqlite";
import { testStore } from "@sojourn/testing/suites";
import { newFile } from "./new-file.ts";
import { type OpenFile, underTest } from "./under-test.ts";

function open(): OpenFile {
  const url = `file:${newFile()}`;
  const client = createClient({ url });
  const other = createClient({ url, concurrency: 1 });
  return {
    database: libsql(client),
    run: (sql, ...args) => other.execute({ sql, args }),
    async lock() {
      await other.execute("PRAGMA locking_mode = EXCLUSIVE");
      await other.execute("PRAGMA user_version = 1");
    },
    close: () => client.close(),
    closeAll() {
      client.close();
      other.close();
    },
  };
}

testStore("@libsql/client, a file", underTest(open));
