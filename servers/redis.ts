import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { missing, supervise, type Supervised } from "./supervise.ts";

const execute = promisify(execFile);

export interface RedisOptions {
  /** As on redis-server's command line: `["--appendonly", "yes"]`. */
  readonly args?: readonly string[];
  /** The text of a redis.conf. */
  readonly config?: string;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A redis-server on 127.0.0.1, in a folder of its own that goes with it. */
export interface RedisServer {
  readonly port: number;
  /** redis://127.0.0.1:port */
  readonly url: string;
  /** The process id; another one after `restart`. */
  readonly pid: number;
  /** False when it is paused, was killed or stopped, or has ended by itself. */
  readonly running: boolean;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and in the same folder; kills it before if it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open, and nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
  /** What redis-cli prints, without the last newline. Rejects if Redis answers with an error. */
  cli(...args: string[]): Promise<string>;
  /** The last that the server has printed. */
  log(): string;
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
  const folder = await mkdtemp(join(tmpdir(), "sojourn-redis-"));
  try {
    await writeFile(join(folder, configFile), config);
    for (;;) {
      try {
        return await start(folder, port ?? (await freePort()), args);
      } catch (error) {
        // Somebody else was quicker to take the port that was free.
        if (port === undefined && /Address already in use/.test(String(error))) continue;
        throw error;
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(folder: string, port: number, args: readonly string[]): Promise<RedisServer> {
  // What comes later on the command line wins, but not over the port.
  const command = [
    "redis-server",
    join(folder, configFile),
    ...defaults,
    "--dir",
    folder,
    ...args,
    "--port",
    `${port}`,
  ] as const;
  const run = () => supervise(folder, command, ready);
  let server: Supervised = await run();
  let paused = false;

  function pause(now: boolean): void {
    process.kill(server.pid, now ? "SIGSTOP" : "SIGCONT");
    paused = now;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running && !paused;
    },
    async kill() {
      if (server.running) process.kill(server.pid, "SIGKILL");
      await server.ended();
    },
    async restart() {
      await server.end("keep");
      server = await run();
      paused = false;
    },
    pause: () => pause(true),
    resume: () => pause(false),
    stop: () => server.end("remove"),
    cli: (...rest) => cli(port, rest),
    log: () => server.log(),
  };
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
