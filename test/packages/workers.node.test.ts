// What esbuild makes of the packages for Cloudflare Workers, and what workerd makes of that.
import { build } from "esbuild";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { run } from "../support/program.ts";
import { emptyFolder } from "./support/folder.ts";

const sources = join(inject("consumer"), "workers");
/** Those whose store is in the same isolate. */
const stored = ["core", "edge", "hono"];

/** Bundles a worker into a folder, and gives what it imports all the same. */
async function bundle(name: string, folder: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(sources, `${name}.ts`)],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker"],
    // Left as they are, so that the test can say which.
    external: ["node:*", "cloudflare:*", ...builtinModules],
    define: { SECRET: JSON.stringify(randomBytes(32).toString("base64")) },
    metafile: true,
    logLevel: "silent",
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}

/** Serves a bundle by workerd, without Node's modules: no compatibility flag is set. */
async function serve(folder: string): Promise<string> {
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "worker", worker = .worker)],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
    );
    const worker :Workerd.Worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-10-01",
    );`,
  );
  const server = run({ command: "workerd serve config.capnp --control-fd=1", folder });
  const port = await server.printed(/(?<="port":)\d+/);
  return `http://127.0.0.1:${port}/`;
}

async function say(request: Request): Promise<string> {
  const response = await fetch(request);
  return `${response.status} ${await response.text()}`;
}

describe.each(readdirSync(join(import.meta.dirname, "consumer", "workers")))(
  "workers/%s",
  (file) => {
    const name = file.replace(/\.ts$/, "");

    test("bundles with no module of Node's, and answers in workerd", async () => {
      const folder = emptyFolder();
      expect(await bundle(name, folder)).toEqual([]);
      const url = await serve(folder);
      expect(await say(new Request(url))).toBe("200 nobody");
      if (stored.includes(name)) {
        expect(await say(new Request(url, { method: "POST" }))).toBe("200 ada");
      }
    });
  },
);
