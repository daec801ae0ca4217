import { expect, test } from "vitest";
import { summary } from "../bench/summary.ts";
import { targetsTable } from "../bench/targets.ts";
import { run } from "./support/program.ts";

const bench = "node --conditions=@sojourn/source bench/index.ts";

test(
  "bench redis: every operation runs on both clients and topologies, and is answered rightly",
  { timeout: 120_000 },
  async () => {
    const program = run({ command: `${bench} redis --quick` });
    expect(await program.ended, program.output()).toBe(0);
    const output = program.output();
    for (const client of ["ioredis", "redis"]) {
      for (const topology of ["standalone", "cluster"]) {
        expect(output).toContain(`### ${client}, ${topology}`);
        for (const what of ["`read` / `GET`", "`update` / `SET`", "`create` / `SET`"]) {
          for (const inFlight of ["1", "64"]) {
            const row = `\\| ${client}, ${topology} +\\| +${inFlight} \\| +${what} \\|(?: +\\d+\\.\\d\\d .*?\\|){3}`;
            expect(output).toMatch(new RegExp(row));
          }
        }
      }
    }
    expect(output).toMatch(/\| Sojourn, 5 a user +\| +\d+ \|/);
  },
);

// Seven clients and three servers, each in processes of its own: half a minute of both cores.
test.runIf(process.env.SOJOURN_FULL === "1")(
  "bench sql: every operation runs on every client, a sweep beside a load, and all is answered rightly",
  { timeout: 240_000 },
  async () => {
    const program = run({ command: `${bench} sql --quick` });
    expect(await program.ended, program.output()).toBe(0);
    const output = program.output();
    const embedded = ["node:sqlite", "better-sqlite3", "libSQL", "PGlite"];
    for (const client of [...embedded, "pg", "postgres.js", "mysql2"]) {
      expect(output).toContain(`### ${client}`);
      for (const what of ["`read` / `SELECT`", "`update` / `UPDATE`", "`create` / `INSERT`"]) {
        for (const inFlight of embedded.includes(client) ? ["1"] : ["1", "64"]) {
          const row = `\\| ${client} +\\| +${inFlight} \\| +${what} \\|(?: +\\d+\\.\\d\\d .*?\\|){4}`;
          expect(output).toMatch(new RegExp(row));
        }
      }
    }
    for (const client of ["node:sqlite", "pg", "mysql2"]) {
      expect(output).toMatch(new RegExp(`\\| ${client} +\\|(?: +[\\d,.]+ \\(.*?\\) \\|){6}`));
      expect(output).toMatch(new RegExp(`\\| ${client}, Sojourn +\\| +\\d+ \\|`));
    }
  },
);

// Figures that are the same on every machine: they may get better, and not worse.

test("bench commands: no request asks more of Redis than it may", { timeout: 60_000 }, async () => {
  const output = await quick("commands");
  const within = "\\d+, at most \\d+ +\\| +";
  for (const what of ["the handler does not ask", "made-up cookie", "signed-in read", "login"]) {
    expect(output).toMatch(new RegExp(`\\| .*${what}.* \\| +${within}${within}yes \\|`));
  }
  expect(output).not.toMatch(/\| +no \|/);
});

test("bench races: everything survives them", { timeout: 60_000 }, async () => {
  const output = await quick("races");
  expect(output).toMatch(/\| writes to different keys that are kept +\| +50 of 50 \|/);
  expect(output).toMatch(/\| a limit of 5 sessions a user .*\| +5 open \|/);
  // What did not survive is in italics.
  expect(output).not.toMatch(/\| +_.*_ \|/);
});

test("bench size: no package is larger than it may be", { timeout: 60_000 }, async () => {
  const output = await quick("size");
  for (const name of ["core", "hono", "node", "memory"]) {
    const row = `\\| \\*\\*@sojourn/${name}\\*\\* +\\| +[\\d.]+ \\| +[\\d.]+ \\| +yes \\|`;
    expect(output).toMatch(new RegExp(row));
  }
});

test("bench: a part that there is none of is refused with a list of those there are", async () => {
  const program = run({ command: `${bench} nonsense` });
  expect(await program.ended).toBe(1);
  expect(program.output()).toContain('There is no part "nonsense".');
  expect(program.output()).toContain("redis: the store on Redis");
  expect(program.output()).toContain("sql: the store in SQLite");
});

test(
  "bench: a part that fails is named at the end, and the others go on",
  { timeout: 60_000 },
  async () => {
    // No Redis without a place for its files.
    const env = { TMPDIR: "/nonexistent" };
    const program = run({ command: `${bench} commands size --quick`, env });
    expect(await program.ended).toBe(1);
    expect(program.output()).toContain("## size");
    expect(program.output()).toMatch(/Failed, .*: commands$/m);
  },
);

test("bench: the summary has every part's targets, and no other tables", () => {
  const targets = [
    { what: "a read", most: 5, unit: "us", measured: 4 },
    { what: "a write", most: 5, unit: "us", measured: 6, explained: "it writes" },
  ];
  const measured = `## http\n\n${targetsTable(targets)}\n\n| what | us |\n| --- | --: |\n| a read | 4 |\n`;
  const lines = summary(new Map([["http", measured]])).split("\n");
  expect(lines).toContain("1 of 2 are met.");
  const rows = lines.filter((line) => line.includes("[http](#http)"));
  expect(rows).toEqual([
    expect.stringMatching(/ a read \| at most 5 us \| +4.00 us \| +yes \|$/),
    expect.stringMatching(/ a write \| at most 5 us \| +6.00 us \| +no: it writes \|$/),
  ]);
});

// What it holds is counted in the package's own tests, too.
test.runIf(process.env.SOJOURN_FULL === "1")(
  "bench dashboard: under 10,000 events a second it holds no more than it may",
  async () => {
    const output = await quick("dashboard");
    expect(output).toMatch(/\| What is held, all told +\|.*\| yes \|/);
    expect(output).toMatch(/\| Entries more than at first +\|.*\| yes \|/);
  },
);

async function quick(part: string): Promise<string> {
  const program = run({ command: `${bench} ${part} --quick` });
  expect(await program.ended, program.output()).toBe(0);
  return program.output();
}
