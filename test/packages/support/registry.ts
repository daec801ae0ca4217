import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Packed } from "./packed.ts";

export interface Registry {
  /** What `@sojourn:registry=` takes in an `.npmrc`. */
  readonly url: string;
  stop(): void;
}

/** Package managers wait some days before they trust a version. */
const PUBLISHED = "2026-01-01T00:00:00.000Z";

/**
 * A registry of what was packed, on loopback. `file:` dependencies would do for one package, but not
 * for what the packages say of each other, and each package manager has rules of its own for them. A
 * registry is how users meet them, with npm, pnpm and Deno alike.
 */
export async function startRegistry(packages: readonly Packed[]): Promise<Registry> {
  // A path of its own: what package managers have cached of an earlier run must not be taken for this.
  const path = `/${randomUUID()}`;
  const answers = new Map<string, string | Buffer>();
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url ?? ""));
    response.setHeader(
      "Content-Type",
      typeof answer === "string" ? "application/json" : "application/gzip",
    );
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}/`;

  for (const { manifest, tarball } of packages) {
    const { name, version } = manifest;
    const file = `${name}/-/${version}.tgz`;
    const content = readFileSync(tarball);
    const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
    const shasum = createHash("sha1").update(content).digest("hex");
    const dist = { tarball: url + file, integrity, shasum };
    const versions = { [version]: { ...manifest, dist } };
    const time = { created: PUBLISHED, modified: PUBLISHED, [version]: PUBLISHED };
    const tags = { latest: version };
    answers.set(`${path}/${name}`, JSON.stringify({ name, "dist-tags": tags, versions, time }));
    answers.set(`${path}/${file}`, content);
  }
  return { url, stop: () => server.close().closeAllConnections() };
}
