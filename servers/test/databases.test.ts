import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { startMariadb, startPostgres } from "@sojourn/servers";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { listen } from "../free-port.ts";
import { until } from "../until.ts";
import { isAlive, runProgram } from "./programs.ts";

type Row = Record<string, unknown>;

interface Database {
  readonly name: string;
  readonly start: typeof startPostgres | typeof startMariadb;
  /** The rows of the last of these statements, each of which is sent on the same connection. */
  ask(server: { readonly url: string }, ...statements: string[]): Promise<Row[]>;
  /** What says whether a commit waits for the disk. */
  readonly durability: string;
}

const databases: Database[] = [
  {
    name: "PostgreSQL",
    start: startPostgres,
    async ask({ url }, ...statements) {
      const client = new pg.Client(url);
      // One that is killed says so to connections that are about to end, too.
      client.on("error", () => {});
      await client.connect();
      try {
        let rows: Row[] = [];
        for (const statement of statements) ({ rows } = await client.query<Row>(statement));
        return rows;
      } finally {
        await client.end();
      }
    },
    durability: "select current_setting('fsync') as value",
  },
  {
    name: "MariaDB",
    start: startMariadb,
    async ask({ url }, ...statements) {
      const connection = await createConnection(url);
      try {
        let rows: unknown;
        for (const statement of statements) [rows] = await connection.query(statement);
        return rows as Row[];
      } finally {
        await connection.end();
      }
    },
    durability: "select @@innodb_flush_log_at_trx_commit = 1 as value",
  },
];

const running = await Promise.all(databases.map(({ start }) => start()));
afterAll(() => Promise.all(running.map((server) => server.stop())));

/** Whether the system has shared memory that this process has made: PostgreSQL does. */
function hasMemory(pid: number): boolean {
  const segments = execFileSync("ipcs", ["-m", "-p"], { encoding: "utf8" });
  return segments.split(/\s+/).includes(`${pid}`);
}

describe.each(databases.map((database, i) => [database.name, database, running[i]] as const))(
  "%s",
  (_, { ask, ...database }, server) => {
    if (server === undefined) throw new Error("It doesn't run.");

    async function isDurable(which: { readonly url: string }): Promise<boolean> {
      const [row] = await ask(which, database.durability);
      return row?.value === "on" || row?.value === 1;
    }

    test("answers over TCP on loopback, and keeps every character", async () => {
      expect(server.running).toBe(true);
      expect(server.url).toContain(`//${server.user}@127.0.0.1:${server.port}/${server.database}`);
      const rows = await ask(
        server,
        "create table chars (text varchar(190))",
        "insert into chars values ('žluťoučký 🐎')",
        "select * from chars",
      );
      expect(rows).toEqual([{ text: "žluťoučký 🐎" }]);
    });

    test("its account may make others, who may do less", async () => {
      const create = { postgres: "create role poor login", sojourn: "create user poor@127.0.0.1" };
      await ask(server, "create table rich (n int)", create[server.user]);
      const poor = server.url.replace(`//${server.user}@`, "//poor@");
      await expect(ask({ url: poor }, "select * from rich")).rejects.toThrow(/denied/);
    });

    test("killed, it is gone; started again, it has what was committed", async () => {
      await ask(server, "create table kept (n int)", "insert into kept values (7)");
      const { pid } = server;
      await server.kill();
      expect(server.running).toBe(false);
      await expect(ask(server, "select 1")).rejects.toThrow("ECONNREFUSED");
      await server.restart();
      expect(server.running).toBe(true);
      expect(server.pid).not.toBe(pid);
      expect(await ask(server, "select n from kept")).toEqual([{ n: 7 }]);
    });

    test("started again while it runs, it has what was committed, and connections are lost", async () => {
      const slow = { postgres: "select pg_sleep(60)", sojourn: "select sleep(60)" };
      await ask(server, "create table still (n int)", "insert into still values (7)");
      const lost = expect(ask(server, slow[server.user])).rejects.toThrow();
      await server.restart();
      await lost;
      expect(await ask(server, "select n from still")).toEqual([{ n: 7 }]);
    });

    test("stopped, killed before or not, it leaves no process, no folder and no memory", async () => {
      const [one, two] = await Promise.all([database.start(), database.start({ durable: true })]);
      const folders = [one.folder, two.folder];
      const pids = [one.pid, two.pid];
      expect(folders.map((folder) => existsSync(folder))).toEqual([true, true]);
      expect(pids.map(isAlive)).toEqual([true, true]);
      const expected = server.user === "postgres";
      expect(pids.map(hasMemory)).toEqual([expected, expected]);
      expect([await isDurable(one), await isDurable(two)]).toEqual([false, true]);
      await two.kill();
      await Promise.all([one.stop(), two.stop()]);
      expect(folders.map((folder) => existsSync(folder))).toEqual([false, false]);
      expect(pids.map(isAlive)).toEqual([false, false]);
      expect(pids.map(hasMemory)).toEqual([false, false]);
    });

    test("a port that is taken is an error that says so", async () => {
      const other = createServer();
      const port = await listen(other);
      await expect(database.start({ port })).rejects.toThrow("Address already in use");
      other.close();
    });

    test("it ends with a process that is killed, and leaves no folder", async () => {
      const { printed, kill } = await runProgram(`
        import { ${database.start.name} as start } from "@sojourn/servers";
        const { pid, folder } = await start();
        console.log(JSON.stringify({ pid, folder }));
        setInterval(() => {}, 1000);
      `);
      const { pid, folder } = printed as { pid: number; folder: string };
      expect([isAlive(pid), existsSync(folder)]).toEqual([true, true]);
      kill();
      await until("all is gone", () => !isAlive(pid) && !existsSync(folder));
    });

    test("a process that forgot to stop it ends all the same, and the server with it", async () => {
      const { printed, ended } = await runProgram(`
        import { ${database.start.name} as start } from "@sojourn/servers";
        console.log((await start()).pid);
      `);
      await ended;
      await until("the server is gone", () => !isAlive(printed as number));
    });
  },
);
