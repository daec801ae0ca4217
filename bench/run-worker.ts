import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** ms: far longer than any takes, so that one that hangs is a part that fails. */
const timeout = 10 * 60_000;

/** Runs a script in a process of its own, and gives what it prints as JSON. */
export async function runWorker<T>(
  script: URL,
  args: readonly string[],
  execArgv: readonly string[] = [],
): Promise<T> {
  const command = [...process.execArgv, ...execArgv, fileURLToPath(script), ...args];
  const { stdout } = await execute(process.execPath, command, { maxBuffer: 2 ** 26, timeout });
  return JSON.parse(stdout) as T;
}
