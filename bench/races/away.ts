import { startRedis } from "@sojourn/servers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Peer } from "../http/peers.ts";
import { type Server, startServer } from "../http/server.ts";
import { check } from "../operation.ts";
import { createVisitor } from "./visitor.ts";

/** How a server answers: its status, and after how many ms. Undefined: not within our patience. */
export type Reply = { readonly status: number | "ended"; readonly after: number } | undefined;

/** What becomes of requests while Redis is away. */
export interface Away {
  readonly read: Reply;
  /** The same once more, when three have waited: no site has one visitor only. */
  readonly again: Reply;
  readonly anonymous: Reply;
  readonly login: Reply;
}

/** How Redis is away: it keeps its connections and says nothing, or there is none. */
export const ABSENCES = ["hangs", "is gone"] as const;
export type Absence = (typeof ABSENCES)[number];

/** ms for which an answer is waited for. */
const PATIENCE = 15_000;

export async function goAway(peer: Peer, absence: Absence): Promise<Away> {
  const redis = await startRedis();
  const server = await startServer(peer.file, { redis: redis.port });
  try {
    const visitor = createVisitor(server.port, "ada");
    check((await visitor.post("/login/ada")).status === 200);
    check((await visitor.whoAmI()) === "ada");
    const { cookie } = visitor.browser;
    if (absence === "hangs") redis.pause();
    else await redis.kill();
    const [read] = await Promise.all([1, 2, 3].map(() => reply(server, "GET", "/me", cookie)));
    return {
      read,
      again: await reply(server, "GET", "/me", cookie),
      anonymous: await reply(server, "GET", "/plain"),
      login: await reply(server, "POST", "/login/eve"),
    };
  } finally {
    await server.stop();
    await redis.stop();
  }
}

async function reply(
  { port }: Server,
  method: "GET" | "POST",
  path: string,
  cookie?: string,
): Promise<Reply> {
  const visitor = createVisitor(port, "ada", cookie);
  const start = performance.now();
  const answer = method === "GET" ? visitor.get(path) : visitor.post(path);
  const status = answer.then(
    (given) => given.status,
    () => "ended" as const,
  );
  const first = await Promise.race([status, sleep(PATIENCE, undefined, { ref: false })]);
  return first === undefined ? undefined : { status: first, after: performance.now() - start };
}

export function replyText(given: Reply): string {
  if (given === undefined) return `nothing in ${PATIENCE / 1_000} s`;
  const { status, after } = given;
  if (status === "ended") return "the process ends";
  return `${status} after ${after < 100 ? "less than 0.1" : (after / 1_000).toFixed(1)} s`;
}
