import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "./support/program.ts";

const page = readFileSync(`${root}docs/security.md`, "utf8");
const [published, standards] = [
  tableUnder("## Vulnerabilities of"),
  tableUnder("## Standards that"),
];

/** What this version has to show: the page may not excuse it. */
const REQUIRED = [
  ...range("A", 1, 7),
  ...range("B", 1, 2),
  ...range("B", 4, 10),
  ...range("C", 6, 6),
  ...range("D", 1, 6),
  ...range("E", 1, 2),
  ...range("F", 1, 5),
  ...range("G", 1, 6),
  ...range("H", 1, 3),
  ...range("I", 1, 6),
  ...range("J", 6, 8),
];

const ALL = [
  ...range("A", 1, 7),
  ...range("B", 1, 2),
  ...range("B", 4, 10),
  ...range("C", 1, 7),
  ...range("D", 1, 6),
  ...range("E", 1, 3),
  ...range("F", 1, 5),
  ...range("G", 1, 6),
  ...range("H", 1, 3),
  ...range("I", 1, 6),
  ...range("J", 1, 8),
];

const tests = titlesIn("packages/*/src/**/*.ts", "packages/*/test/**/*.ts", "test/**/*.ts");
const stories = titlesIn("packages/testing/src/{adapter,store}/**/*.ts");
const rows = published.map(([row = "", , , shown = ""]) => ({
  row,
  excused: shown.startsWith("Not yet: "),
  titles: quoted(shown),
}));

test("every row is there, once, in order", () => {
  expect(rows.map(({ row }) => row)).toEqual(ALL);
});

test("no row is excused that this version has to show", () => {
  const excused = rows.filter((each) => each.excused).map(({ row }) => row);
  expect(REQUIRED.filter((row) => excused.includes(row))).toEqual([]);
});

describe("a row that is not excused is named by a title that it quotes", () => {
  for (const { row, excused, titles } of rows) {
    if (excused) continue;
    test(row, () => {
      const naming = titles.filter((title) => new RegExp(`\\b${row}\\b`).test(title));
      expect(naming.filter((title) => tests.has(title))).not.toEqual([]);
    });
  }
});

test("every title that the page quotes is that of a test", () => {
  const all = [
    ...rows.flatMap(({ titles }) => titles),
    ...standards.flatMap((row) => quoted(row.at(-1))),
  ];
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((title) => !tests.has(title))).toEqual([]);
});

test("every standard has a test", () => {
  expect(standards.length).toBeGreaterThan(30);
  expect(standards.filter((row) => quoted(row.at(-1)).length === 0)).toEqual([]);
});

test("every invariant has stories for stores or adapters", () => {
  const architecture = readFileSync(`${root}docs/architecture.md`, "utf8");
  const numbers = [...architecture.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => number);
  expect(numbers).toEqual(Array.from({ length: 14 }, (_, n) => `${n + 1}`));
  const missing = numbers.filter(
    (number) => ![...stories].some((title) => title.startsWith(`invariant ${number}: `)),
  );
  expect(missing).toEqual([]);
});

test("no source but crypto.getRandomValues is named in the packages (H2)", () => {
  const naming = (pattern: RegExp, packages: string) =>
    globSync(`packages/${packages}/src/**/*.ts`, { cwd: root })
      .filter((file) => pattern.test(withoutComments(readFileSync(root + file, "utf8"))))
      .map((file) => file.replaceAll("\\", "/"));
  const other = /Math\s*\.\s*random|Math\s*\[|randomUUID|randomBytes\s*\}? from|(node:)?crypto"/;
  expect(naming(other, "*")).toEqual([]);
  // In the core there is one place for each of randomness and time.
  expect(naming(/getRandomValues/, "core")).toEqual(["packages/core/src/internal/random.ts"]);
  expect(naming(/Date\s*\.\s*now|new Date|performance/, "core")).toEqual([
    "packages/core/src/clock.ts",
  ]);
});

function range(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => `${letter}${from + n}`);
}

/** The cells of the first table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = page.slice(page.indexOf(`\n${heading}`) + 1);
  const [table = ""] = section.match(/^\|[^]*?\n\n/m) ?? [];
  const lines = table.trim().split("\n").slice(2);
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backquotes, but for names of functions and the like: a title has several words. */
function quoted(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)]
    .map(([, text = ""]) => text)
    .filter((text) => text.includes(" "));
}

/** The titles of all tests in these files, with "…" for whatever each case puts in. */
function titlesIn(...patterns: string[]): ReadonlySet<string> {
  const call =
    /(?<![.\w])(?:test|it)(?:\.each(?:<[^(]*>)?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\(\s*/;
  const text = /(["'`])((?:\\.|(?!\1)[^\\])*)\1/;
  const title = new RegExp(`(?:\\btitle:\\s*|${call.source})${text.source}`, "g");
  const titles = globSync(patterns, { cwd: root, exclude: ["**/dist/**"] }).flatMap((file) =>
    [...readFileSync(root + file, "utf8").matchAll(title)].map(([, , found = ""]) => found),
  );
  return new Set(
    titles.map((found) => found.replace(/\\(["'`])/g, "$1").replace(/\$\{[^}]*\}|%[sdifjo]/g, "…")),
  );
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}
