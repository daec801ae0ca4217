import { startMariadb, startPostgres } from "@sojourn/servers";
import { createConnection } from "mysql2/promise";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

/** Where a database is: in a file, or on one of the servers. */
export type Site = "file" | "PostgreSQL" | "MariaDB";

/** Servers, and a folder for files, for the whole part. */
export interface Places {
  /** The address of a database that nobody has used. */
  fresh(site: Site): Promise<string>;
  version(site: Exclude<Site, "file">): string;
  stop(): Promise<void>;
}

/** As much memory as one would give them for a million sessions. Not durable: the disk is not measured. */
const POSTGRES = ["shared_buffers=256MB", "max_wal_size=4GB"].flatMap((one) => ["-c", one]);
const MARIADB = ["--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M"];

export async function startPlaces(): Promise<Places> {
  const [postgres, mariadb] = await Promise.all([
    startPostgres({ args: POSTGRES }),
    startMariadb({ args: MARIADB }),
  ]);
  const onPostgres = new Client({ connectionString: postgres.url });
  await onPostgres.connect();
  const onMariadb = await createConnection({ uri: mariadb.url });
  const [found] = (await onPostgres.query<{ server_version: string }>("SHOW server_version")).rows;
  const [rows] = await onMariadb.query("SELECT version() AS version");
  const versions = {
    PostgreSQL: (found?.server_version ?? "").split(" ")[0] as string,
    MariaDB: ((rows as { version: string }[])[0]?.version ?? "").split("-")[0] as string,
  };
  const folder = await mkdtemp(join(tmpdir(), "sojourn-bench-"));
  let count = 0;

  return {
    async fresh(site) {
      const name = `bench_${++count}`;
      if (site === "file") return join(folder, name);
      const create = `CREATE DATABASE ${name}`;
      await (site === "PostgreSQL" ? onPostgres.query(create) : onMariadb.query(create));
      const { url } = site === "PostgreSQL" ? postgres : mariadb;
      return new URL(`/${name}`, url).href;
    },
    version: (site) => versions[site],
    async stop() {
      await onPostgres.end();
      await onMariadb.end();
      await Promise.all([postgres.stop(), mariadb.stop(), rm(folder, { recursive: true })]);
    },
  };
}
