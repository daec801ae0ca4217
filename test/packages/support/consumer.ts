import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Packed, tested } from "./packed.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * What an application has besides, and the packages do not depend on. Linked, since installing all of
 * it takes longer than all tests together.
 */
const besides = [
  "@types/express",
  "@types/node",
  "@types/pg",
  "@upstash/redis",
  "express",
  "fastify",
  "ioredis",
  "mysql2",
  "pg",
  "postgres",
  "vitest",
];

/** Fills an empty folder with a project that has all packages installed, and uses each of them. */
export async function installConsumer(
  folder: string,
  packed: readonly Packed[],
  registry: string,
): Promise<void> {
  const dependencies: Record<string, string> = {};
  for (const { manifest } of packed) {
    dependencies[manifest.name] = `^${manifest.version}`;
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      const optional = manifest.peerDependenciesMeta?.[peer]?.optional === true;
      if (!optional) dependencies[peer] = tested(peer);
    }
  }
  cpSync(join(root, "test/packages/consumer"), folder, { recursive: true });
  writeFileSync(join(folder, ".npmrc"), `@sojourn:registry=${registry}\n`);
  const manifest = { private: true, type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  // Not in one step: the registry answers from this process.
  await promisify(execFile)("npm", ["install", ...quietly], { cwd: folder });
  for (const name of besides) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}
