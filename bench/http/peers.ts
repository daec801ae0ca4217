/** Where a server keeps its sessions. */
export type Place = "memory" | "redis" | "ioredis";

export const FRAMEWORKS = ["hono", "node", "express", "fastify", "koa", "remix"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export interface Peer {
  /** Its file below peers/. */
  readonly file: string;
  readonly name: string;
  readonly framework: Framework;
  /** `bare`: without sessions. `by hand`: one `GET`, one `SET`, and JSON. */
  readonly kind: "bare" | "by hand" | "ours" | "other";
  readonly places: readonly Place[];
  /** What it is made of: their versions are in the results. */
  readonly packages: readonly string[];
  /** What it has not, or what is not a session library's part of it. */
  readonly lacks?: readonly ("login" | "write")[];
  /** The way to add to a number that loses nothing; where there is none, it is read and written. */
  readonly add?: string;
}

const BOTH: readonly Place[] = ["memory", "redis"];

function bare(framework: Framework, ...packages: string[]): Peer {
  const name = framework === "node" ? "node:http" : framework;
  return {
    file: `${framework}/bare`,
    name: `bare ${name}`,
    framework,
    kind: "bare",
    places: BOTH,
    packages,
  };
}

function byHand(framework: Framework, places = BOTH): Peer {
  const name = "by hand";
  return { file: `${framework}/by-hand`, name, framework, kind: "by hand", places, packages: [] };
}

function ours(framework: Framework, places = BOTH): Peer {
  const file = `${framework}/sojourn`;
  return { file, name: "Sojourn", framework, kind: "ours", places, packages: [] };
}

function other(file: string, places: readonly Place[], ...packages: string[]): Peer {
  const [framework] = file.split("/") as [Framework];
  return { file, name: packages[0] as string, framework, kind: "other", places, packages };
}

const ALL: readonly Place[] = ["memory", "redis", "ioredis"];

/** By framework, and within it the floors first. */
export const PEERS: readonly Peer[] = [
  { ...bare("hono", "hono", "@hono/node-server"), places: ALL },
  { ...bare("hono"), file: "hono/empty", name: "an empty middleware", places: ["memory"] },
  byHand("hono", ALL),
  { ...ours("hono", ALL), add: "/add" },
  other("hono/hono-session", BOTH, "@hono/session"),
  other("hono/hono-sessions", BOTH, "hono-sessions"),
  // Its login is all of an authentication, and its memory adapter looks through all users.
  { ...other("hono/better-auth", BOTH, "better-auth"), lacks: ["login", "write"] },
  bare("node"),
  byHand("node"),
  ours("node"),
  other("node/iron-session", ["memory"], "iron-session"),
  other("node/next-session", BOTH, "next-session"),
  bare("express", "express"),
  byHand("express"),
  ours("express"),
  other("express/express-session", BOTH, "express-session", "connect-redis"),
  bare("fastify", "fastify"),
  byHand("fastify"),
  ours("fastify"),
  other("fastify/fastify-session", BOTH, "@fastify/session", "@fastify/cookie"),
  bare("koa", "koa"),
  ours("koa"),
  other("koa/koa-session", BOTH, "koa-session"),
  bare("remix", "@remix-run/fetch-router", "@remix-run/node-fetch-server"),
  other("remix/remix-session", BOTH, "@remix-run/session", "@remix-run/session-middleware"),
];
