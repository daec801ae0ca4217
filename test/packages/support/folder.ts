import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type AtEnd, run } from "../../support/program.ts";

/** An empty folder, for the length of a test. */
export function emptyFolder(atEnd: AtEnd = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-user-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// How this machine reaches a registry, which whoever set it up knows.
const names =
  /^(npm_config_(registry|cafile|userconfig|cache)|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no)_proxy)$/i;
const network = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => names.test(entry[0]) && entry[1] !== undefined,
  ),
);

/** Types a command in a folder, waits for its end, and expects that it went well. Gives what it printed. */
export async function type(command: string, folder: string, atEnd?: AtEnd): Promise<string> {
  const program = run({ command, folder, env: network }, atEnd);
  const code = await program.ended;
  expect(`${command}\nended with ${code}:\n${program.output()}`).toMatch(/\nended with 0:\n/);
  return program.output();
}
