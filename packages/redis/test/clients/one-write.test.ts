import { type RedisServer, startRedis } from "@sojourn/servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/internal/clients/connect.ts";
import { type Connect, standalone } from "./clients.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** How often the server has found something to read. */
async function readsOf(): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(await server.cli("INFO", "stats"))?.[1]);
}

for (const name of ["ioredis 6", "ioredis 5", "node-redis 6", "node-redis 5"]) {
  test(`${name}: what one turn of the event loop sends goes out together`, async () => {
    const { client, close } = await (standalone[name] as Connect<number>)(server.port);
    const { send } = connect(client);
    await send("k", ["HMGET", "k", "f"]);
    const before = await readsOf();
    const replies = Array.from({ length: 1_000 }, () => send("k", ["HMGET", "k", "f"]));
    expect(await Promise.all(replies)).toEqual(replies.map(() => [null]));
    // One look costs a few itself.
    expect((await readsOf()) - before).toBeLessThan(20);
    await close();
  });
}
