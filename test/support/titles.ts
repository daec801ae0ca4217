import { globSync, readFileSync } from "node:fs";
import { root } from "./program.ts";

/**
 * The titles of all tests in these files, alone and with the `describe` around them as Vitest prints it
 * ("the presets > …"), with "…" for whatever each case puts in. Read, not run: most of them need servers.
 */
export function titlesIn(...patterns: string[]): ReadonlySet<string> {
  const files = globSync(patterns, { cwd: root, exclude: ["**/dist/**", "**/node_modules/**"] });
  return new Set(files.flatMap((file) => titlesOf(readFileSync(root + file, "utf8"))));
}

const PARENTHESES = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;
const CALL = String.raw`(?<![.\w])(?<name>describe|test|it)(?:\.\w+(?:<[^(]*>)?(?:${PARENTHESES})?)?\(\s*`;
const TITLE = new RegExp(
  String.raw`(?:\btitle:\s*|${CALL})(?<quote>["'${"`"}])(?<text>(?:\\.|(?!\k<quote>)[^\\])*)\k<quote>`,
  "g",
);

function titlesOf(source: string): string[] {
  const around: { indent: number; text: string }[] = [];
  return [...source.matchAll(TITLE)].flatMap(({ index, groups = {} }) => {
    // The formatter indents what is within a describe.
    const line = source.slice(source.lastIndexOf("\n", index) + 1);
    const indent = line.search(/\S/);
    while ((around.at(-1)?.indent ?? -1) >= indent) around.pop();
    const text = normal(groups["text"] ?? "");
    if (groups["name"] === "describe") {
      around.push({ indent, text });
      return [];
    }
    const path = [...around.map((each) => each.text), text];
    return path.map((_, at) => path.slice(at).join(" > "));
  });
}

function normal(text: string): string {
  return text.replace(/\\(["'`])/g, "$1").replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}|%[sdifjo]/g, "…");
}
