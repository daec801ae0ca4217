import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { missing } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { supervise } from "./supervise.ts";

const execute = promisify(execFile);

export interface RedisOptions {
  /** As on redis-server's command line: `["--appendonly", "yes"]`. */
  readonly args?: readonly string[];
  /** The text of a redis.conf. */
  readonly config?: string;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A redis-server on 127.0.0.1. A paused one isn't `running`. */
export interface RedisServer extends Server {
  /** redis://127.0.0.1:port */
  readonly url: string;
  /** SIGSTOP: connections stay open, and nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** What redis-cli prints, without the last newline. Rejects if Redis answers with an error. */
  cli(...args: string[]): Promise<string>;
}

const configFile = "redis.conf";
const defaults = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
const ready = /Ready to accept connections|Sentinel ID is/;

/** Starts redis-server, and resolves when it answers. It ends with this process at the latest. */
export async function startRedis({
  args = [],
  config = "",
  port,
}: RedisOptions = {}): Promise<RedisServer> {
  let paused = false;
  const server = await startServer({
    name: "redis",
    port,
    prepare: (folder) => writeFile(join(folder, configFile), config),
    start: (folder, onPort) => supervise(folder, command(folder, onPort, args), ready),
  });

  function pause(now: boolean): void {
    process.kill(server.pid, now ? "SIGSTOP" : "SIGCONT");
    paused = now;
  }

  return {
    ...server,
    url: `redis://127.0.0.1:${server.port}`,
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running && !paused;
    },
    async restart() {
      await server.restart();
      paused = false;
    },
    pause: () => pause(true),
    resume: () => pause(false),
    cli: (...rest) => cli(server.port, rest),
  };
}

function command(
  folder: string,
  port: number,
  args: readonly string[],
): readonly [string, ...string[]] {
  // What comes later on the command line wins, but not over the port.
  const own = ["--dir", folder, ...args, "--port", `${port}`];
  return ["redis-server", join(folder, configFile), ...defaults, ...own];
}

async function cli(port: number, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute("redis-cli", ["-e", "-p", `${port}`, ...args], {
      maxBuffer: 2 ** 26,
    });
    return stdout.replace(/\n$/, "");
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw missing("redis-cli");
    throw new Error(`redis-cli ${args.join(" ")}: ${stderr?.trim()}`, { cause: error });
  }
}

/** All, or an error and none of them. */
export async function startAll(starting: Promise<RedisServer>[]): Promise<RedisServer[]> {
  const results = await Promise.allSettled(starting);
  const started = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return started;
  await Promise.all(started.map((server) => server.stop()));
  throw failed.reason;
}
