import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { root } from "./program.ts";

/** A folder of a user who has installed the packages, for the length of a test. */
export function workplace(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const manifest = JSON.stringify({ private: true, type: "module" });
  // So that curl is as quiet here as it is in a terminal.
  const given = { "package.json": manifest, ".curlrc": "silent\nshow-error\n", ...files };
  for (const [name, text] of Object.entries(given)) writeFileSync(join(folder, name), text);
  return folder;
}
