import { createClient, type TestClient } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { emptyFolder, type } from "../../packages/support/folder.ts";
import { freePort } from "../../support/port.ts";
import { type AtEnd, root, start } from "../../support/program.ts";

/** A guide's program, as its user installs, builds and serves it. */
export interface Site {
  readonly url: string;
  /** A new browser: its cookies, and what it says of where a request comes from. */
  browser(): TestClient;
}

/**
 * In a folder of its own: what the repository has installed must not be found. `origin`: what a proxy
 * in front of it is called, where it is told of one.
 */
export async function serveGuide(
  name: string,
  origin: string | undefined,
  atEnd: AtEnd,
): Promise<Site> {
  const folder = emptyFolder(atEnd);
  cpSync(join(root, "guides", name), folder, {
    recursive: true,
    filter: (path) => !/[/\\](node_modules|build|\.(next|svelte-kit|react-router))$/.test(path),
  });
  writeFileSync(join(folder, ".npmrc"), `@sojourn:registry=${inject("registry")}\n`);
  await type(
    "npm install --prefer-offline --no-audit --no-fund --ignore-scripts --loglevel=error",
    folder,
    atEnd,
  );
  const told = origin === undefined ? "" : `ORIGIN=${origin} `;
  await type(`${told}NEXT_TELEMETRY_DISABLED=1 npm run build`, folder, atEnd);
  // Next.js checks types as it builds.
  await type("npm run check --if-present", folder, atEnd);
  // React Router tells the port that it was asked for, not the one that it has got.
  const env = {
    HOST: "localhost",
    PORT: await freePort(),
    SESSION_SECRET: randomBytes(32).toString("base64"),
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const { url } = await start({ command: `${told}npm start`, folder, env }, atEnd);
  return { url, browser: () => browse(url, origin) };
}

/** A browser that tells of each request where it comes from. */
function browse(url: string, origin = url): TestClient {
  const said = { Accept: "text/html,*/*;q=0.8", Origin: origin, "Sec-Fetch-Site": "same-origin" };
  return createClient(
    (request) => {
      for (const [name, value] of Object.entries(said)) {
        if (!request.headers.has(name)) request.headers.set(name, value);
      }
      return fetch(request);
    },
    { origin: url },
  );
}
