import { spawn } from "node:child_process";
import { once } from "node:events";

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A program in a Node process of its own, which prints one line of JSON, and that line. */
export async function runProgram(program: string): Promise<{
  readonly printed: unknown;
  kill(): void;
  readonly ended: Promise<unknown>;
}> {
  const child = spawn("node", ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const [line] = (await Promise.race([
    once(child.stdout.setEncoding("utf8"), "data"),
    ended.then(() => Promise.reject(new Error("The program ended and had printed nothing."))),
  ])) as [string];
  return { printed: JSON.parse(line), kill: () => void child.kill("SIGKILL"), ended };
}
