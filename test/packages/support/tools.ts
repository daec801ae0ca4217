import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type } from "./folder.ts";

const found = new Map<string, Promise<string>>();

/**
 * The path of a file of a tool that users have and this repository does not work with. No dependency of
 * it: each more TypeScript there would bring one more `tsc`.
 */
export function installed(tool: `${string}@${string}`, file: string): Promise<string> {
  let folder = found.get(tool);
  if (folder === undefined) {
    folder = install(tool);
    found.set(tool, folder);
  }
  return folder.then((path) => join(path, "node_modules", tool.replace(/@[^@]+$/, ""), file));
}

async function install(tool: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-tool-"));
  folders.push(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  await type(
    `npm install ${tool} --save-exact --prefer-offline --no-audit --no-fund --ignore-scripts`,
    folder,
  );
  return folder;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
