import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const SERVE = fileURLToPath(new URL("../peers/serve.js", import.meta.url));

/** What a server's process says of itself. */
interface Report {
  /** us, since it started, all threads together. */
  readonly cpu: number;
  /** Bytes. */
  readonly heap: number;
  /** Requests that are held back in their handlers. */
  readonly waiting: number;
}

/** One of the servers in peers/, in a process of its own, that ends with this one. */
export interface Server {
  readonly port: number;
  /** `collect`: after a collection of garbage. `release`: lets go what is held back. */
  ask(order: "report" | "collect" | "release"): Promise<Report>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** The port of a Redis; none: in memory. */
  readonly redis?: number;
  readonly client?: "redis" | "ioredis";
  readonly execArgv?: readonly string[];
}

export async function startServer(
  file: string,
  { redis, client = "redis", execArgv = [] }: ServerOptions = {},
): Promise<Server> {
  const args = redis === undefined ? [file, "memory"] : [file, `${redis}`, client];
  const child = fork(SERVE, args, {
    execArgv: [...process.execArgv, "--expose-gc", ...execArgv],
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-2_000);
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The server ${file} ended by itself, with ${String(code)}:\n${log}`);
  });
  ended.catch(() => {});
  const { port } = await answerOf<{ port: number }>(child, ended);
  return {
    port,
    ask(order) {
      child.send(order);
      return answerOf<Report>(child, ended);
    },
    async stop() {
      // It may have ended by itself.
      if (!child.connected) return;
      const gone = once(child, "exit");
      child.disconnect();
      await gone;
    },
  };
}

async function answerOf<T>(child: ChildProcess, ended: Promise<never>): Promise<T> {
  const [message] = (await Promise.race([once(child, "message"), ended])) as [T];
  return message;
}
