import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { find, postgresqlFolders } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { complete, supervise } from "./supervise.ts";
import { fromTemplate } from "./template.ts";

const execute = promisify(execFile);

export interface PostgresOptions {
  /** As on the command line of postgres: `["-c", "max_connections=5"]`. */
  readonly args?: readonly string[];
  /** True: what was committed survives a power cut. Otherwise it survives `kill` only. */
  readonly durable?: boolean;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A PostgreSQL on 127.0.0.1 that trusts everybody there. It ends with this process at the latest. */
export interface PostgresServer extends Server {
  readonly host: "127.0.0.1";
  /** A superuser, without a password. */
  readonly user: "postgres";
  readonly database: "postgres";
  /** postgres://postgres@127.0.0.1:port/postgres */
  readonly url: string;
}

const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  // In the folder, and not where it outlives a server that is killed.
  dynamic_shared_memory_type: "mmap",
  shared_buffers: "16MB",
  max_wal_senders: "0",
  wal_level: "minimal",
};
const volatile = { fsync: "off", full_page_writes: "off" };

/** Starts PostgreSQL, and resolves when it answers. */
export async function startPostgres({
  args = [],
  durable = false,
  port,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const folders = postgresqlFolders();
  const [initdb, postgres] = [find("initdb", folders), find("postgres", folders)];
  const server = await startServer({
    name: "postgres",
    port,
    async prepare(folder) {
      if (isRoot) await execute("chown", [account, folder]);
      await fromTemplate(join(folder, data), {
        name: "postgres",
        program: initdb,
        settings: initialization,
        make: () => complete(folder, unprivileged(initdb, ...initialization), /Success/),
      });
    },
    start(folder, onPort) {
      const all = { ...settings, ...(durable ? {} : volatile), port: onPort };
      const own = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      // Not by SIGKILL, after which its shared memory would stay. QUIT is an immediate shutdown, and
      // no less a crash to its data. https://www.postgresql.org/docs/15/server-shutdown.html
      return supervise(
        folder,
        unprivileged(postgres, "-D", join(folder, data), ...own, ...args),
        /ready to accept connections/,
        "QUIT",
      );
    },
  });
  const { kill, port: chosen } = server;
  return Object.assign(server, {
    host: "127.0.0.1" as const,
    user: "postgres" as const,
    database: "postgres" as const,
    url: `postgres://postgres@127.0.0.1:${chosen}/postgres`,
    async kill() {
      if (!server.running) return;
      await kill();
      await removeSharedMemory(server.folder);
    },
  });
}

// A segment of the System V kind, 56 bytes, which the server removes when it ends, and the system
// never. Its key and id are the seventh line of this file.
async function removeSharedMemory(folder: string): Promise<void> {
  const lines = (await readFile(join(folder, data, "postmaster.pid"), "utf8")).split("\n");
  const id = lines[6]?.trim().split(/\s+/)[1];
  // Where there is no ipcrm, the bytes stay.
  if (id !== undefined) await execute("ipcrm", ["-m", id]).catch(() => {});
}

const data = "data";

const initialization = [
  // In its working folder.
  `--pgdata=${data}`,
  "--auth=trust",
  "--username=postgres",
  "--no-locale",
  "--encoding=UTF8",
  "--no-sync",
  // MB: the smallest, of which the first is written at once.
  "--wal-segsize=1",
];

// PostgreSQL refuses to run as root: https://www.postgresql.org/docs/15/postgres-user.html
const isRoot = process.getuid?.() === 0;
const account = "postgres";

function unprivileged(program: string, ...args: string[]): readonly [string, ...string[]] {
  if (!isRoot) return [program, ...args];
  const as = ["--reuid", account, "--regid", account, "--init-groups", "--"];
  return ["setpriv", ...as, program, ...args];
}
