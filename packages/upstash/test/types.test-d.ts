import type { Marks, Once, References, Store } from "@sojourn/core";
import { Redis } from "@upstash/redis";
import { Redis as CloudflareRedis } from "@upstash/redis/cloudflare";
import { Redis as FastlyRedis } from "@upstash/redis/fastly";
import { Redis as NodeRedis } from "@upstash/redis/node";
import { expectTypeOf } from "vitest";
import { upstashStore } from "../src/index.ts";

declare const ioredis: { call(command: string): Promise<unknown>; exec(): Promise<unknown> };

const url = "https://example.upstash.io";
const token = "token";

// Every flavour of the client, as its owner makes it.
upstashStore(new Redis({ url, token }));
upstashStore(Redis.fromEnv());
upstashStore(new Redis({ request: async () => ({}) }));
upstashStore(new NodeRedis({ url, token }));
upstashStore(new CloudflareRedis({ url, token }));
upstashStore(
  CloudflareRedis.fromEnv({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }),
);
upstashStore(new FastlyRedis({ url, token, backend: "upstash" }));

const client = new Redis({ url, token });
const store = upstashStore(client, {
  prefix: "shop:",
  clock: "application",
  keepExpired: 60_000,
  timeLimit: 1_000,
  staleReads: "accept",
});
expectTypeOf(store).toExtend<Store>();
expectTypeOf(store.powers.marks).toEqualTypeOf<Marks>();
expectTypeOf(store.powers.references).toEqualTypeOf<References>();
expectTypeOf(store.powers.once).toEqualTypeOf<Once>();

// @ts-expect-error -- the client's options are no client
upstashStore({ url, token });
// @ts-expect-error -- nor is a URL
upstashStore(url);
// @ts-expect-error -- nor a pipeline
upstashStore(client.pipeline());
// @ts-expect-error -- nor a transaction
upstashStore(client.multi());
// @ts-expect-error -- nor a client for TCP
upstashStore(ioredis);
// @ts-expect-error -- Upstash has no WAIT
upstashStore(client, { durability: { replicas: 1, timeout: 100 } });
// @ts-expect-error -- the one thing that can be said of stale reads
upstashStore(client, { staleReads: true });
