import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "./support/program.ts";
import { titlesIn } from "./support/titles.ts";

const page = readFileSync(`${root}docs/security.md`, "utf8");
const published = rowsUnder("## Vulnerabilities of");
const standards = rowsUnder("## Standards, row by row");
const vectors = rowsUnder("## Cookies, by vectors");

/** Rows that are named by a letter and a number, which stand in the titles of their tests, too. */
const VULNERABILITIES = [
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
const VECTORS = [...range("S", 1, 31), ...range("P", 1, 13)];

/** All that is asked of a session library. */
const ASKED = [
  ...each("ASVS", "2.3.3 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 3.5.8"),
  ...each("ASVS", "4.1.3 4.2.5 4.4.2 4.4.3 4.4.4 6.3.5 6.8.4 7.1.1 7.1.2 7.1.3 7.2.1 7.2.2"),
  ...each("ASVS", "7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.5.3"),
  ...each("ASVS", "7.6.1 7.6.2 8.2.4 8.3.2 9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4 10.4.8"),
  ...each("ASVS", "10.5.5 11.2.2 11.2.4 11.3.4 11.5.1 12.2.1 13.1.3 13.3.4 14.2.1 14.2.2"),
  ...each("ASVS", "14.3.1 14.3.2 14.3.3 15.3.4 15.4.1 15.4.2 15.4.3 16.2.1 16.2.2 16.2.5"),
  ...each("ASVS", "16.3.1 16.3.2 16.3.3 16.4.1 16.5.1 16.5.2 16.5.3"),
  ...each("NIST", "2.1.3 2.2.3 2.3.3 5.2 5.3"),
  ...range("NIST 5.1.1 (", 1, 7).map((id) => `${id})`),
  ..."randomness persistence level remembered logout CSRF TLS"
    .split(" ")
    .map((id) => `NIST 5.1 ${id}`),
  "NIST 5.2 warning",
  "NIST 5.2 federation",
  ...each("CWE", "208 352 384 488 598 613 614 1004 1275 1321", "-"),
  ...each("WSTG-SESS", "02 03 04 05 06 07 08 10 11", "-"),
  ...each("CS", "entropy length content name input logging SameSite expires idle absolute renewal"),
  ...each("CS", "ranges caching repository guessing WebSocket CSRF JWT"),
  "CS used and accepted",
  "CS strict mode",
  "CS domain and path",
  "CS privilege change",
  "CS before and after the login",
  "CS several cookies",
  "CS log vocabulary",
  "CS WebSocket end",
  "CS risk events",
  "CS cookie theft",
  "CS CSRF Fetch Metadata",
  "CS CSRF origin",
  "CS CSRF token",
  "CS CSRF double submit",
  "CS life cycle",
  "RFC 6265bis session identifiers",
  "RFC 6265bis 4.1.1",
  "RFC 6265bis 4.1.1 races",
  "RFC 6265bis 4.2.1",
  "RFC 6265bis 5.5",
  "RFC 6265bis 5.6",
  "RFC 6265bis deletion",
  "Layered cookies prefixes",
  "Layered cookies folding",
  "CHIPS",
  "Clear-Site-Data",
  "Fetch Metadata values",
  "DBSC",
  "`aal1`",
  "`aal2`",
  "`aal3`",
  "`cookie: { embedded: true }`",
];

/** What is not a session library's to do, or not ours: the page says why. */
const UNTESTED = [
  ...each("ASVS", "3.4.1 11.3.4 14.3.3"),
  "CS JWT",
  "CS ranges",
  "DBSC",
  "WSTG-SESS-10",
];

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

function each(source: string, ids: string, between = " "): string[] {
  return ids.split(" ").map((id) => source + between + id);
}

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
