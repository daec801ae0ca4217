import { build } from "esbuild";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const tools = fileURLToPath(new URL("../../../../node_modules/.bin", import.meta.url));

/** Starts worker.ts in workerd itself, where each request has a context of its own. Gives its URL. */
export async function startWorker(env: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sojourn-worker-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await build({
    entryPoints: [fileURLToPath(new URL("worker.ts", import.meta.url))],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["@sojourn/source"],
  });
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  await writeFile(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "worker", worker = .worker),
        (name = "internet", network = (allow = ["private"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
    );
    const worker :Workerd.Worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      bindings = [${bindings.join(", ")}],
      compatibilityDate = "2026-10-01",
    );`,
  );
  const args = ["serve", join(folder, "config.capnp"), "--control-fd=3"];
  const child = spawn("workerd", args, {
    env: { PATH: `${tools}:${process.env.PATH}` },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill());
  const events = createInterface(child.stdio[3] as Readable);
  for await (const line of events) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === "listen") return `http://127.0.0.1:${port}`;
  }
  throw new Error("workerd has ended.");
}
