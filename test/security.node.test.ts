import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/program.ts";
import { ASKED, range, UNTESTED, VECTORS, VULNERABILITIES } from "./support/requirements.ts";
import { titlesIn } from "./support/titles.ts";

const page = readFileSync(`${root}docs/security.md`, "utf8");
const published = rowsUnder("## Vulnerabilities of");
const standards = rowsUnder("## Standards, row by row");
const vectors = rowsUnder("## Cookies, by vectors");

const tests = titlesIn("packages/*/src/**/*.ts", "packages/*/test/**/*.ts", "test/**/*.ts");
const stories = titlesIn("packages/testing/src/{adapter,store}/**/*.ts");

describe.each([
  ["vulnerabilities", published, VULNERABILITIES],
  ["vectors", vectors.filter(([row = ""]) => /^[SP]\d+$/.test(row)), VECTORS],
])("of the %s", (_, rows, all) => {
  test("every row is there, once, in order", () => {
    expect(rows.map(([row]) => row)).toEqual(all);
  });

  test.each(rows.map((row) => [row[0] as string, quoted(row.at(-1))] as const))(
    "%s is named by the title of a test",
    (row, titles) => {
      const naming = titles.filter((title) => new RegExp(`\\b${row}\\b`).test(title));
      expect(naming.filter((title) => tests.has(title))).not.toEqual([]);
    },
  );
});

test("every cookie that is not to be written was given to a browser", () => {
  const told = readFileSync(`${root}test/browser/set-cookie.node.test.ts`, "utf8");
  const missing = range("S", 1, 31).filter((row) => !new RegExp(`["'\`]${row}[":]`).test(told));
  expect(missing).toEqual([]);
});

test("every requirement is there, and none that nobody made", () => {
  const there = new Set(standards.flatMap(([requirement]) => idsOf(requirement)));
  expect(ASKED.filter((id) => !there.has(id))).toEqual([]);
  expect([...there].filter((id) => !ASKED.includes(id))).toEqual([]);
});

test("every requirement has a test, but for those that are no session library's", () => {
  const without = [...standards, ...vectors].filter((row) => quoted(row.at(-1)).length === 0);
  expect(without.filter((row) => !/^No test: .+\.$/.test(row.at(-1) ?? ""))).toEqual([]);
  const untested = new Set(without.flatMap(([requirement]) => idsOf(requirement)));
  expect([...untested].sort()).toEqual([...UNTESTED].sort());
});

test.each([
  "### Fixation and privilege",
  "### Ending sessions",
  "### Step-up",
  "### Other sites, and sockets",
  "### Transport, caches, proxies",
  "### Events",
])("%s: a title has a number that the ASVS gives what it is about", (heading) => {
  const rows = rowsUnder(heading);
  expect(rows.length).toBeGreaterThan(3);
  const unnamed = rows.filter(([requirement, , shown]) => {
    const numbers = idsOf(requirement).flatMap((id) => /^ASVS (.+)/.exec(id)?.slice(1) ?? []);
    const titles = quoted(shown).join("; ");
    const named = numbers.some((number) => titles.includes(number));
    return numbers.length > 0 && titles !== "" && !named;
  });
  expect(unnamed).toEqual([]);
});

test("every title that the page quotes is that of a test", () => {
  const all = [...published, ...standards, ...vectors].flatMap((row) => quoted(row.at(-1)));
  expect(all.length).toBeGreaterThan(300);
  expect(all.filter((title) => !tests.has(title))).toEqual([]);
});

test("every file that these pages link to is there", () => {
  const pages = ["SECURITY.md", ...globSync("docs/**/*.md", { cwd: root })];
  const links = pages.flatMap((file) =>
    [...readFileSync(root + file, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, link = ""]) => join(dirname(file), link),
    ),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !existsSync(root + link))).toEqual([]);
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

/** The cells of all tables under a heading and the headings below it, without their heads. */
function rowsUnder(heading: string): string[][] {
  const end = heading.startsWith("###") ? /\n(?=##)/ : /\n(?=## )/;
  const [section = ""] = page.slice(page.indexOf(`\n${heading}`) + 1).split(end);
  const tables = section.match(/(?:^\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) =>
    table
      .trim()
      .split("\n")
      .slice(2)
      .map((line) => line.split("|").slice(1, -1))
      .map((cells) => cells.map((cell) => cell.trim())),
  );
}

/** "ASVS 7.2.3, 11.5.1; CS length: whatever it is" is three: a number alone is of the source before it. */
function idsOf(requirement = ""): string[] {
  if (requirement.startsWith("`")) return requirement.match(/`[^`]+`/g)?.slice(0, 1) ?? [];
  const [ids = ""] = requirement.split(": ");
  let source = "";
  return ids.split(/[;,] /).map((id) => {
    if (/^\d/.test(id)) return source + id;
    [source] = /^\D*/.exec(id) ?? [""];
    return id;
  });
}

/** What stands in backquotes, but for names of functions and the like: a title has several words. */
function quoted(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)]
    .map(([, text = ""]) => text)
    .filter((text) => text.includes(" "));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}
