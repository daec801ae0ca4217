import { machine, versionOf } from "../machine.ts";
import type { Part } from "../part.ts";
import { progress } from "../progress.ts";
import { runWorker } from "../run-worker.ts";
import { type ClientName, clients, CLIENTS } from "./clients.ts";
import { type Places, startPlaces } from "./places.ts";
import { sizeTable, speedCosts, speedRatios, sweepTable } from "./report.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";
import { measureSizes } from "./sizes.ts";
import type { Speed } from "./speed.ts";
import type { Sweeping } from "./sweep.ts";

/** One for each kind of database. */
const DATABASES: readonly ClientName[] = ["node:sqlite", "pg", "mysql2"];

export const sql: Part = {
  name: "sql",
  about:
    "the store in SQLite, PostgreSQL and MariaDB against statements by hand through the same client",
  async run({ quick }) {
    const places = await startPlaces();
    try {
      return await measureAll(places, quick);
    } finally {
      await places.stop();
    }
  },
};

async function measureAll(places: Places, quick: boolean): Promise<string> {
  const scale = quick ? QUICK : FULL;
  const all = quick ? atOnce : inTurn;

  async function addressFor(what: string, client: ClientName): Promise<string> {
    progress(`sql: ${what}, ${client}`);
    return places.fresh(clients[client].site);
  }
  // In a process of its own: an application has one client too, and the engine makes the best of that.
  async function worker<T>(what: string, client: ClientName): Promise<T> {
    const args = [client, await addressFor(what, client), ...(quick ? ["--quick"] : [])];
    return runWorker(new URL(`${what}.ts`, import.meta.url), args);
  }
  const speeds = await all(CLIENTS, (client) => worker<Speed>("speed", client));
  const sweeps = await all(DATABASES, (client) => worker<Sweeping>("sweep", client));
  const sizes = await all(DATABASES, async (client) =>
    measureSizes(client, await addressFor("sizes", client), scale.stored),
  );

  return [
    introduction(places),
    "### Speed",
    aboutSpeed(scale),
    speedRatios(speeds),
    "### Sweep",
    aboutSweep(scale),
    sweepTable(sweeps),
    "### Bytes on disk",
    aboutSizes(scale),
    sizeTable(sizes),
    ...speeds.flatMap((speed) => [`### ${speed.name}`, speedCosts(speed)]),
  ].join("\n\n");
}

function introduction(places: Places): string {
  const packages = [
    "better-sqlite3",
    "@libsql/client",
    "pg",
    "postgres",
    "@electric-sql/pglite",
    "mysql2",
  ];
  return `Measured by \`npm run bench -- sql\` on ${machine()} with SQLite ${process.versions.sqlite}, PostgreSQL ${places.version("PostgreSQL")}, MariaDB ${places.version("MariaDB")}, ${packages.map(versionOf).join(", ")}. The servers run on the same machine. What is acknowledged survives the process, and not a power cut: \`fsync=off\`, \`innodb-flush-log-at-trx-commit=2\`, and SQLite with a WAL and \`synchronous = NORMAL\`; so the disk is not what is measured.`;
}

function aboutSpeed({ rounds, calls, callsInProcess }: Scale): string {
  return `What the store does against what one would do by hand, through the same client: \`read\` and \`JSON.parse\` of the data against one \`SELECT\` by primary key and \`JSON.parse\`; \`update\` of one key against one \`UPDATE\` of the data by primary key; a login, \`create\` with a limit of 100 sessions a user, against one \`INSERT\`. The table by hand is \`id\`, \`user_id\`, \`data\`, \`expires_at\`, with an index on the last; statements are prepared where one would. The data is one key of 200 bytes; calls are spread over 1,000 sessions, each of another user; every answer is checked. Pools have 10 connections. SQLite, libSQL in a file and PGlite run in the application's process, one statement after the other: there are no 64 in flight.

Each figure is the median of ${rounds} rounds, and the least and the most of them; ratios are taken within a round. A round makes of each operation ${calls[1]} calls one after the other (SQLite: ${callsInProcess.toLocaleString("en")}), and ${calls[64].toLocaleString("en")} with 64 in flight. Of calls a second more is better, of all else less. CPU is us per call, of the client's process.`;
}

function aboutSweep({ swept, sweeps }: Scale): string {
  return `Of ${swept.toLocaleString("en")} sessions with 200 bytes of data, 1 a user, ${(swept / 100).toLocaleString("en")} have expired, and lie everywhere among the others. They are swept in batches of 1,000, and meanwhile another process, with a connection of its own, reads and updates live ones one after the other, through the store. Medians of ${sweeps} sweeps, each with the least and the most; "without" is the same load for the same time before it. All times in ms. PostgreSQL has 256 MB of buffers, MariaDB 1 GB.`;
}

function aboutSizes({ stored }: Scale): string {
  return `${stored.toLocaleString("en")} sessions with 200 bytes of data, 1 a user, one by one as they come, tables and indexes: \`dbstat\`, \`pg_total_relation_size\`, \`data_length + index_length\`. By hand nobody has times, policy and the hashes of two secrets.`;
}

async function inTurn<T, R>(some: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for (const one of some) found.push(await act(one));
  return found;
}

/** Where nothing is measured. */
function atOnce<T, R>(some: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  return Promise.all(some.map(act));
}
