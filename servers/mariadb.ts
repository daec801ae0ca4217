import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { find } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { complete, supervise } from "./supervise.ts";
import { fromTemplate } from "./template.ts";

export interface MariadbOptions {
  /** As on the command line of mariadbd: `["--max-connections=5"]`. */
  readonly args?: readonly string[];
  /** True: what was committed survives a power cut. Otherwise it survives `kill` only. */
  readonly durable?: boolean;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A MariaDB on 127.0.0.1. It ends with this process at the latest. */
export interface MariadbServer extends Server {
  readonly host: "127.0.0.1";
  /** May do everything, without a password. */
  readonly user: "sojourn";
  readonly database: "sojourn";
  /** mysql://sojourn@127.0.0.1:port/sojourn */
  readonly url: string;
}

const settings = [
  "--bind-address=127.0.0.1",
  "--skip-name-resolve",
  "--character-set-server=utf8mb4",
  "--performance-schema=off",
  "--innodb-buffer-pool-size=16M",
  "--innodb-log-file-size=8M",
  // Threads, not io_uring, which many containers forbid.
  "--innodb-use-native-aio=off",
];
const durably = ["--innodb-flush-log-at-trx-commit=1"];
// 2 and not 0: with 0 a server that is killed has lost a second.
const volatile = [
  "--innodb-flush-log-at-trx-commit=2",
  "--innodb-flush-method=nosync",
  "--innodb-doublewrite=off",
];

const accounts = `
create database sojourn;
flush privileges;
create user sojourn@127.0.0.1;
grant all on *.* to sojourn@127.0.0.1 with grant option;
`;

/** Starts MariaDB, and resolves when it answers. */
export async function startMariadb({
  args = [],
  durable = false,
  port,
}: MariadbOptions = {}): Promise<MariadbServer> {
  // Debian keeps mariadbd where only root's PATH leads.
  const program = find("mariadbd", ["/usr/sbin"]);
  const install = find("mariadb-install-db");
  const own = [...settings, ...(durable ? durably : volatile)];
  const inFolder = (folder: string) => [
    // Comes first. No file of this machine has a say.
    "--no-defaults",
    // Otherwise it refuses to run as root.
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    `--datadir=${join(folder, "data")}`,
    // One that starts removes all temporary tables of the folder where it puts its own.
    `--tmpdir=${folder}`,
    ...own,
  ];
  const server = await startServer({
    name: "mariadb",
    port,
    async prepare(folder) {
      await writeFile(join(folder, "accounts.sql"), accounts);
      const options = [
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        // In its working folder.
        "--extra-file=accounts.sql",
      ];
      await fromTemplate(join(folder, "data"), {
        name: "mariadb",
        program,
        settings: [...own, ...options, accounts],
        make: () => complete(folder, [install, ...inFolder(folder), ...options], /^OK$/m),
      });
    },
    start(folder, onPort) {
      const files = [`--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`];
      return supervise(
        folder,
        [program, ...inFolder(folder), ...files, ...args, `--port=${onPort}`],
        /ready for connections/,
      );
    },
  });
  const { port: chosen } = server;
  return Object.assign(server, {
    host: "127.0.0.1" as const,
    user: "sojourn" as const,
    database: "sojourn" as const,
    url: `mysql://sojourn@127.0.0.1:${chosen}/sojourn`,
  });
}
