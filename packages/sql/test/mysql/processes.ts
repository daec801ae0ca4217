import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Task } from "./process.ts";

const FILE = fileURLToPath(new URL("process.ts", import.meta.url));
const execArgv = ["--conditions=@sojourn/source", "--disable-warning=ExperimentalWarning"];

/** So many processes that begin at the same moment, and what each of them said. */
export async function inProcesses(
  processes: number,
  url: string,
  task: Task,
  ...args: readonly (string | number)[]
): Promise<unknown[]> {
  const children = Array.from({ length: processes }, () => {
    const child = fork(FILE, [url, task, ...args.map(String)], { execArgv });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  });
  await Promise.all(children.map((child) => message(child)));
  const results = Promise.all(children.map((child) => message(child)));
  for (const child of children) child.send("go");
  return (await results).map((said) => (said as { result: unknown }).result);
}

async function message(child: ChildProcess): Promise<unknown> {
  const [said] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("A process ended early."))),
  ]);
  return said;
}
