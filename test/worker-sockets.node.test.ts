import { build } from "esbuild";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run } from "./support/program.ts";
import { workplace } from "./support/workplace.ts";

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-10-01",
);`;

type Open = new (url: string, options: { readonly headers: object }) => WebSocket;

// A Worker may not touch what belongs to another of its requests: "Cannot perform I/O on behalf of a
// different request". Tests within workerd are all one request, so this one goes through its door.
test("on Workers a logout by one request closes the socket that another one opened (J5)", async () => {
  const folder = workplace({ "config.capnp": CONFIG });
  await build({
    stdin: {
      contents: 'export { worker as default } from "./socket-worker.ts";',
      resolveDir: join(root, "test/support"),
    },
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["@sojourn/source"],
    logLevel: "silent",
  });
  const server = run({ command: "workerd serve config.capnp --control-fd=1", folder });
  const port = await server.printed(/(?<="port":)\d+/);
  const origin = `http://127.0.0.1:${port}`;
  const login = await fetch(`${origin}/login`, { method: "POST" });
  const [cookie = ""] = login.headers.getSetCookie().map((header) => header.split(";", 1)[0]);

  const headers = { Cookie: cookie, Origin: origin };
  const socket = new (WebSocket as unknown as Open)(`ws://127.0.0.1:${port}/`, { headers });
  const closed = new Promise((resolve) => {
    socket.addEventListener("close", ({ code }) => resolve(code));
  });
  const greeting = new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data));
  });
  expect(await greeting).toBe("ada");
  await fetch(`${origin}/logout`, { method: "POST", headers: { Cookie: cookie } });
  expect(await closed).toBe(4001);
  expect(server.output()).not.toContain("different request");
});
