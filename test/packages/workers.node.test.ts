// What esbuild makes of the packages for Cloudflare Workers, and what workerd makes of that.
import { build, type Metafile } from "esbuild";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { run } from "../support/program.ts";
import { emptyFolder } from "./support/folder.ts";

const sources = join(inject("consumer"), "workers");
const entries = inject("packed").flatMap((one) => one.entries);
const bundled = new Set<string>();
/** Those whose store is not in the same isolate, and is not there either. */
const storeless = ["d1", "upstash"];
/** Entries that are for servers: frameworks of Node, sockets, files and tests. */
const elsewhere =
  /^@sojourn\/(node(\/.*)?|redis|redis\/layout|sql\/(mysql|postgres)|testing(\/.*)?|watch\/locator)$/;

/** Bundles a worker into a folder. */
async function bundle(name: string, folder: string): Promise<Metafile> {
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
  return metafile;
}

/** What a bundle imports all the same. */
function importsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}

/** The entries of ours that the program names. */
function entriesIn({ inputs }: Metafile): string[] {
  return Object.values(inputs).flatMap(({ imports }) =>
    imports.flatMap(({ original = "" }) => (original.startsWith("@sojourn/") ? [original] : [])),
  );
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
      const metafile = await bundle(name, folder);
      expect(importsOf(metafile)).toEqual([]);
      for (const entry of entriesIn(metafile)) bundled.add(entry);
      const url = await serve(folder);
      expect(await say(new Request(url))).toBe("200 nobody");
      if (!storeless.includes(name)) {
        expect(await say(new Request(url, { method: "POST" }))).toBe("200 ada");
      }
    });
  },
);

test("every entry that runs on Workers has been in one of these", () => {
  const missing = entries.filter((entry) => !elsewhere.test(entry) && !bundled.has(entry));
  expect(missing).toEqual([]);
});
