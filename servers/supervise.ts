import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { missing } from "./programs.ts";

// The shell holds a pipe from us and waits for it to end, which it does however we end: by return,
// exception or SIGKILL. Then it kills the program and removes the folder. A word on the pipe before
// that keeps the folder, for the next start. `read` and not `cat`, so that a program that has ended is
// not waited for, and its process id nobody else's, before the `kill`. What a program that was killed
// had started itself may write for a moment longer, into the folder that is being removed.
const script = (signal: Farewell) => `
cd "$0" && command -v "$1" >/dev/null || exit 127
"$@" 2>&1 &
echo $! >&2
exec >&- 2>&-
read -r keep
kill -${signal} $!
wait
[ "$keep" ] || rm -rf "$0" || { sleep 1; rm -rf "$0"; }
`;

/** How a program is ended: one that would leave something of itself in the system by QUIT. */
type Farewell = "KILL" | "QUIT";

/** A program that is running, or was. */
export interface Supervised {
  readonly pid: number;
  readonly running: boolean;
  /** The last that it printed. */
  log(): string;
  /** Resolves when it has ended. */
  ended(): Promise<void>;
  /** Kills it if it runs, and removes its folder unless that is to be kept. */
  end(folder: "keep" | "remove"): Promise<void>;
}

/**
 * Starts a program that ends with this process at the latest, however this ends, and resolves as soon
 * as it has printed `ready`. Rejects with what it printed if it ends before that.
 */
export async function supervise(
  folder: string,
  command: readonly [string, ...string[]],
  ready: RegExp,
  farewell: Farewell = "KILL",
): Promise<Supervised> {
  // A process group of its own: Ctrl-C is for us to answer, and then we end it.
  const shell = spawn("/bin/sh", ["-c", script(farewell), folder, ...command], { detached: true });
  const closed = once(shell, "exit");
  let log = "";
  let pid = "";
  let look: (() => void) | undefined;
  shell.stderr.setEncoding("utf8").on("data", (text: string) => {
    pid += text;
    look?.();
  });
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-20_000);
    look?.();
  });
  shell.stdin.on("error", () => {});
  const ended = once(shell.stdout, "close");

  const isReady = await new Promise<boolean>((resolve) => {
    look = () => void (pid.endsWith("\n") && ready.test(log) && resolve(true));
    void ended.then(() => resolve(false));
  });
  look = undefined;
  if (!isReady) {
    shell.stdin.end("keep\n");
    const [code] = (await closed) as [number | null];
    throw code === 127 ? missing(command[0]) : new Error(`${command.join(" ")} ended:\n${log}`);
  }
  // A server that somebody forgot to stop keeps no process from ending. (Bun's stdin has no unref.)
  const output = shell.stdout as Socket;
  const handles: Partial<Socket>[] = [shell.stdin as Socket, output, shell.stderr as Socket];
  for (const handle of handles) handle.unref?.();
  shell.unref();

  return {
    pid: Number(pid),
    get running() {
      return !output.destroyed;
    },
    log: () => log,
    async ended() {
      output.ref();
      await ended;
    },
    async end(after) {
      shell.ref();
      if (after === "keep") shell.stdin.end("keep\n");
      else shell.stdin.end();
      await closed;
      await ended;
    },
  };
}

/** Runs a program to its end, supervised. Rejects with what it printed if that lacks `done`. */
export async function complete(
  folder: string,
  command: readonly [string, ...string[]],
  done: RegExp,
): Promise<void> {
  const program = await supervise(folder, command, done);
  await program.ended();
  await program.end("keep");
}
