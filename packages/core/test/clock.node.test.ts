import { systemClock } from "@sojourn/core";
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const execute = promisify(execFile);

test("a sleep in the background keeps no process alive, and another one does", async () => {
  const run = (options: string) =>
    execute(
      process.execPath,
      [
        "--conditions=@sojourn/source",
        "--input-type=module",
        "--eval",
        `import { systemClock } from "@sojourn/core";
         void systemClock.sleep(300, undefined, ${options}).then(() => console.log("slept"));`,
      ],
      { cwd: import.meta.dirname },
    );
  expect((await run("{ background: true }")).stdout).toBe("");
  expect((await run("{}")).stdout).toBe("slept\n");
});

test("a signal that has aborted ends a sleep at once, and no sleep leaves a listener on it", async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 100; n++) await systemClock.sleep(0, signal);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await systemClock.sleep(60_000, AbortSignal.abort());
});
