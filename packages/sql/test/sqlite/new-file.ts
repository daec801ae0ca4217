import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The path of a file that is not there yet, in a folder of its own that goes when the tests are over. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-sqlite-"));
  folders.push(folder);
  return join(folder, "sessions.db");
}
