import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

function blockOf(readme: string, language: string): string {
  return readme.match(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "m"))?.[1] ?? "";
}

test("the program in the README prints what the README says", () => {
  const readme = readFileSync(`${folder}README.md`, "utf8");
  const [, ...printed] = blockOf(readme, "console").trim().split("\n");
  const stdout = execFileSync(
    process.execPath,
    ["--conditions=@sojourn/source", "--input-type=module-typescript"],
    {
      cwd: folder,
      input: blockOf(readme, "ts"),
      encoding: "utf8",
      env: { ...process.env, SESSION_SECRET: "8rKq2vXzT0m5LwYc7uBnHs4JdPeGf9Aa1ZxQiVoRtUk=" },
    },
  );
  expect(stdout.trim().split("\n")).toEqual(printed);
});
