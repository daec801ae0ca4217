import { execFile } from "node:child_process";
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
