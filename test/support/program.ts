import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Program {
  /** All that it has printed, on either stream. */
  output(): string;
  /** Resolves to the first match in what it prints; rejects if it ends without one. */
  printed(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Its exit code; null: a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface Server extends Program {
  /** Where it says that it listens. */
  readonly url: string;
}

export interface Start {
  /** As a user types it. */
  readonly command: string;
  /** Where, from the root of the repository; also an absolute path. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Takes what is to be done when a test, or all tests of a file, have ended. */
export type AtEnd = (end: () => void | Promise<void>) => void;

/** Starts a program, which ends with the test at the latest. */
export function run({ command, folder = ".", env }: Start, atEnd: AtEnd = onTestFinished): Program {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn("/bin/sh", ["-c", `exec env ${command}`], {
    cwd: new URL(`${folder}/`, `file://${root}`),
    // No settings but these: vitest sets some that change what tools do.
    env: { PATH: `${root}node_modules/.bin:${PATH}`, HOME, TMPDIR, NO_COLOR: "1", ...env },
    // A process group of its own, so that npm, its shell and the server can be ended together.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });

  function signal(name: NodeJS.Signals): void {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  }

  function printed(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const match = pattern.exec(output);
        if (match === null) return;
        waiting.delete(look);
        resolve(match[0]);
      }
      waiting.add(look);
      look();
      ended.then((code) => reject(new Error(`${command} ended with ${code}:\n${output}`)), reject);
    });
  }

  const kill = () => signal("SIGKILL");
  // Also where it is the tests that are ended.
  process.once("exit", kill);
  atEnd(async () => {
    process.off("exit", kill);
    kill();
    await ended;
  });
  return { output: () => output, printed, signal, ended };
}

/** Starts a server on a port that is free, and resolves when it listens. */
export async function start(given: Start, atEnd?: AtEnd): Promise<Server> {
  const program = run({ ...given, env: { PORT: "0", ...given.env } }, atEnd);
  const url = await program.printed(/https?:\/\/[\w.]+:\d+(?=[/\s])/);
  // Browsers and curl keep a Secure cookie on http://localhost; not all of them do on 127.0.0.1.
  return { ...program, url: url.replace("127.0.0.1", "localhost") };
}
