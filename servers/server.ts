import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import type { Supervised } from "./supervise.ts";

/** A server on 127.0.0.1, in a folder of its own that goes with it. */
export interface Server {
  readonly port: number;
  readonly folder: string;
  /** The process id; another one after `restart`. */
  readonly pid: number;
  /** False when it was killed or stopped, or has ended by itself. */
  readonly running: boolean;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and in the same folder; kills it before if it runs. */
  restart(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
  /** The last that the server has printed. */
  log(): string;
}

export interface Plan {
  /** What is started: part of the folder's name. */
  readonly name: string;
  /** Default: one that is free. */
  readonly port: number | undefined;
  /** Called once, before the first start. */
  prepare(folder: string): Promise<void>;
  start(folder: string, port: number): Promise<Supervised>;
}

/** Starts a server, and resolves when it answers. */
export async function startServer(plan: Plan): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), `sojourn-${plan.name}-`));
  try {
    await plan.prepare(folder);
    for (;;) {
      const port = plan.port ?? (await freePort());
      try {
        const run = () => plan.start(folder, port);
        return createServer(folder, port, await run(), run);
      } catch (error) {
        // Somebody else was quicker to take the port that was free.
        if (plan.port === undefined && /Address already in use/.test(String(error))) continue;
        throw error;
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function createServer(
  folder: string,
  port: number,
  first: Supervised,
  run: () => Promise<Supervised>,
): Server {
  let server = first;
  return {
    folder,
    port,
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running;
    },
    async kill() {
      if (server.running) process.kill(server.pid, "SIGKILL");
      await server.ended();
    },
    async restart() {
      await server.end("keep");
      server = await run();
    },
    stop: () => server.end("remove"),
    log: () => server.log(),
  };
}
