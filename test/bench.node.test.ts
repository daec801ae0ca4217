import { expect, test } from "vitest";
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

test("bench: a part that there is none of is refused with a list of those there are", async () => {
  const program = run({ command: `${bench} nonsense` });
  expect(await program.ended).toBe(1);
  expect(program.output()).toContain('There is no part "nonsense".');
  expect(program.output()).toContain("redis: the store on Redis");
});
