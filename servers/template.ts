import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

const cache = join(import.meta.dirname, "../node_modules/.cache/databases");

/** A folder that a program fills, the same each time. */
export interface Template {
  /** What is put there: part of the template's name. */
  readonly name: string;
  /** The program that fills it. When it is another, so is the template. */
  readonly program: string;
  /** What else the content follows from. */
  readonly settings: readonly string[];
  /** Fills it. */
  make(): Promise<void>;
}

/**
 * Fills `folder`, which is not there yet. To make a database's first files takes a second of a core;
 * to copy those that were made before, nothing.
 */
export async function fromTemplate(folder: string, template: Template): Promise<void> {
  const copy = join(cache, `${template.name}-${await keyOf(template)}`);
  if (existsSync(copy)) return copyFolder(copy, folder);
  await template.make();
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(join(cache, "new-"));
  await copyFolder(folder, join(made, "data"));
  // Whole or not at all. That somebody else was quicker is no error.
  await rename(join(made, "data"), copy).catch(() => {});
  await rm(made, { recursive: true });
}

async function keyOf({ program, settings }: Template): Promise<string> {
  const { mtimeMs, size } = await stat(program);
  const key = JSON.stringify([await realpath(program), mtimeMs, size, settings]);
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

/** With owners and permissions: PostgreSQL insists on its own. */
async function copyFolder(from: string, to: string): Promise<void> {
  await execute("cp", ["-a", from, to]);
}
