import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installConsumer } from "./consumer.ts";
import { type Packed, packAll } from "./packed.ts";
import { startRegistry } from "./registry.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** All packages, packed once for all tests. */
    packed: readonly Packed[];
    /** Where package managers find them. */
    registry: string;
    /** A folder in which all of them are installed. */
    consumer: string;
  }
}

/** A globalSetup of vitest: packs what was built, and installs it as a user would. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "sojourn-packed-"));
  const packed = packAll(folder);
  const registry = await startRegistry(packed);
  const consumer = join(folder, "consumer");
  mkdirSync(consumer);
  try {
    await installConsumer(consumer, packed, registry.url);
  } catch (error) {
    stop();
    throw error;
  }
  project.provide("packed", packed);
  project.provide("registry", registry.url);
  project.provide("consumer", consumer);
  return stop;

  function stop(): void {
    registry.stop();
    rmSync(folder, { recursive: true });
  }
}
