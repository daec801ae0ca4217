import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { find, postgresqlFolders } from "../programs.ts";

const root = await mkdtemp(join(tmpdir(), "sojourn-test-"));
afterAll(() => rm(root, { recursive: true }));

test("of several versions of PostgreSQL the latest is found, wherever PATH leads", async () => {
  for (const version of ["9.6", "15", "17"]) {
    await mkdir(join(root, version, "bin"), { recursive: true });
  }
  for (const version of ["9.6", "15"]) await writeFile(join(root, version, "bin", "postgres"), "");
  expect(find("postgres", postgresqlFolders(root))).toBe(join(root, "15", "bin", "postgres"));
});

test("a program that no folder has is found where PATH leads", () => {
  expect(find("sh", postgresqlFolders(join(root, "none")))).toMatch(/\/sh$/);
});

test("where a program is missing, the error says what to install", () => {
  const { PATH } = process.env;
  process.env.PATH = "/nowhere";
  try {
    for (const program of ["initdb", "postgres"]) {
      expect(() => find(program)).toThrow(`${program} is not installed`);
      expect(() => find(program)).toThrow("apt-get install postgresql.");
    }
    expect(() => find("mariadbd")).toThrow("apt-get install mariadb-server-core.");
  } finally {
    process.env.PATH = PATH;
  }
});
