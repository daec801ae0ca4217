import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";
import type { ClientName } from "./databases.ts";
import type { TaskName } from "./tasks.ts";

// Processes take their time to start on a machine that does other things as well.
vi.setConfig({ testTimeout: 600_000 });

export interface Worker {
  /** When it has opened the file. */
  readonly ready: Promise<unknown>;
  go(): void;
  /** What its task told; rejects where it failed. */
  readonly result: Promise<unknown>;
  /** What it printed so far, by line. */
  readonly lines: readonly string[];
  readonly child: ChildProcess;
}

export function startWorker(
  ...[client, path, task, me, count]: readonly [ClientName, string, TaskName, string, number]
): Worker {
  const file = fileURLToPath(new URL("worker.ts", import.meta.url));
  const options = ["--conditions=@sojourn/source", "--disable-warning=ExperimentalWarning"];
  const args = [...options, file, client, path, task, me, String(count)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  // One that was killed does not read any more.
  child.stdin.on("error", () => {});

  let output = "";
  let errors = "";
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const result = Promise.withResolvers<unknown>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const complete = (output + text).split("\n");
    output = complete.pop() ?? "";
    for (const line of complete) {
      lines.push(line);
      if (line === "ready") ready.resolve();
      if (line.startsWith("done ")) result.resolve(JSON.parse(line.slice(5)));
    }
  });
  child.on("close", () => {
    const error = new Error(`The process ended early. ${errors}`);
    ready.reject(error);
    result.reject(error);
  });
  result.promise.catch(() => {});
  return {
    ready: ready.promise,
    go: () => child.stdin.write("go\n"),
    result: result.promise,
    lines,
    child,
  };
}

/** Kills it as a power cut would, and waits until it is gone. */
export async function kill({ child }: Worker): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/** So many processes that begin at the same time, and what each told. */
export async function inProcesses(
  ...[processes, client, path, task, count]: readonly [number, ClientName, string, TaskName, number]
): Promise<unknown[]> {
  const workers = Array.from({ length: processes }, (_, i) =>
    startWorker(client, path, task, `p${i}`, count),
  );
  await Promise.all(workers.map((worker) => worker.ready));
  for (const worker of workers) worker.go();
  return Promise.all(workers.map((worker) => worker.result));
}
