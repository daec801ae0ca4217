import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const PEERS = fileURLToPath(new URL("../peers", import.meta.url));

/** What an application has anyway, or what it does not need with sessions in memory. */
const APART = [
  "hono",
  "@hono/node-server",
  "express",
  "fastify",
  "koa",
  "@remix-run/fetch-router",
  "@remix-run/node-fetch-server",
  "redis",
  "ioredis",
  "connect-redis",
  "@remix-run/session-storage-redis",
  "@sojourn/redis",
];

/** `export *` is without the default one, which is all of these. */
const DEFAULT_ONLY = new Set(["next-session", "koa-session"]);

/** Bytes, minified and compressed, with all that it depends on but frameworks and clients. */
export function sizeOfPackage(name: string): Promise<number> {
  const others = DEFAULT_ONLY.has(name) ? "{ default }" : "*";
  return size({ stdin: { contents: `export ${others} from "${name}";`, resolveDir: PEERS } });
}

/** The same of one of the programs in peers/, but for what belongs to the bench. */
export function sizeOfProgram(file: string): Promise<number> {
  return size({ entryPoints: [`${PEERS}/${file}.js`] });
}

async function size(
  entry: { stdin: { contents: string; resolveDir: string } } | { entryPoints: string[] },
): Promise<number> {
  const isSource = process.execArgv.includes("--conditions=@sojourn/source");
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    external: APART,
    logLevel: "error",
    ...(isSource && { conditions: ["@sojourn/source"] }),
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
