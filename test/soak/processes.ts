import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Alert, FromServer, Look, ToServer } from "./protocol.ts";

/** A server in a process of its own. */
export interface Process {
  readonly port: number;
  look(): Promise<Look>;
  /** Like `look`, once all that was seen is told and alerted. */
  finish(): Promise<Look>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("server.ts", import.meta.url));

export async function startProcess(
  redisPort: number,
  secret: string,
  onAlert: (alert: Alert) => void,
): Promise<Process> {
  const child = fork(program, {
    execArgv: ["--expose-gc", "--conditions=@sojourn/source"],
    env: { ...process.env, SOAK_REDIS_PORT: `${redisPort}`, SOAK_SECRET: secret },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, (look: Look) => void>();
  let asked = 0;

  const listening = new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`A server ended, with ${code}.`)));
    child.on("message", (message: FromServer) => {
      if (message.say === "listening") resolve(message.port);
      if (message.say === "alert") onAlert(message.alert);
      if (message.say === "answer") waiting.get(message.id)?.(message.look);
    });
  });

  function ask(what: ToServer["ask"]): Promise<Look> {
    const id = asked++;
    return new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error("A server ended.")));
      waiting.set(id, (look) => {
        waiting.delete(id);
        child.removeAllListeners("exit");
        resolve(look);
      });
      child.send({ ask: what, id });
    });
  }

  const port = await listening;
  return {
    port,
    look: () => ask("look"),
    finish: () => ask("finish"),
    stop: () => stopped(child),
  };
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill("SIGKILL"), 5_000);
    child.once("exit", () => {
      clearTimeout(kill);
      resolve();
    });
    child.disconnect();
  });
}
