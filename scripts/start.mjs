// npm start: from a fresh clone to a running example. PORT chooses the port.
import { env, root, run, setup } from "./setup.mjs";
import { spawn } from "node:child_process";

setup();
const built = await run(["npm", "run", "--silent", "build"]);
if (built !== 0) process.exit(built);

const server = spawn("node", ["examples/hono-login/server.ts"], {
  cwd: root,
  env,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.on("close", (code) => process.exit(code ?? 0));
