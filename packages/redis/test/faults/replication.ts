import { type RedisServer, until } from "@sojourn/servers";

/** Resolves when the replicas have all that their primary has. */
export async function caughtUp(
  primary: RedisServer,
  replicas: readonly RedisServer[],
): Promise<void> {
  const target = await offset(primary, "master_repl_offset");
  await until("the replicas have caught up", async () => {
    const reached = replicas.map((replica) => offset(replica, "slave_repl_offset"));
    return Math.min(...(await Promise.all(reached))) >= target;
  });
}

async function offset(server: RedisServer, field: string): Promise<number> {
  const [, digits] = (await server.cli("info", "replication")).match(`${field}:(\\d+)`) ?? [];
  return Number(digits);
}
