import type { Server } from "./server.ts";

/** The commands that one call runs inside the server, as `hget 1, hset 2`. */
export async function commandsOf(server: Server, run: () => Promise<unknown>): Promise<string> {
  const stats = await server.commands(run);
  const counted = [...stats]
    .filter(([name]) => name !== "config|resetstat" && name !== "info")
    .map(([name, { calls }]) => (calls === 1 ? name : `${calls} ${name}`));
  return counted.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).join(", ");
}

/** What the client sent comes first. */
function rank(name: string): number {
  return /^(\d+ )?(evalsha|fcall)/.test(name) ? 0 : 1;
}
