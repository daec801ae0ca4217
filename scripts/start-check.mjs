// npm start, as somebody types it: it builds, serves a page, and ends when it is asked to.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, root } from "./setup.mjs";

const folder = mkdtempSync(join(tmpdir(), "sojourn-start-"));
const child = spawn("npm", ["start"], {
  cwd: root,
  env: { ...env, PORT: "0", SESSION_FILE: join(folder, "sessions.db") },
  // npm, this project's script and the server, to be ended together as a terminal does.
  detached: true,
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(child, "close");
let url;

try {
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    process.stdout.write(text);
    output += text;
    [url] = /http:\/\/localhost:\d+(?=\s)/.exec(output) ?? [];
    if (url) break;
  }
  if (!url) throw new Error("npm start ended without listening.");
  const page = await fetch(url);
  const html = await page.text();
  if (!page.ok || !html.includes("<form")) throw new Error(`GET ${url}: ${page.status}\n${html}`);
  console.log(`GET /: ${page.status}, ${html.length} characters`);
  process.kill(-child.pid, "SIGINT");
  const [code, signal] = await ended;
  console.log(`SIGINT: ended with ${code ?? signal}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
  rmSync(folder, { recursive: true });
}
