import { Cluster as IoredisCluster5, Redis as Ioredis5 } from "ioredis-5";
import { Cluster, Redis } from "ioredis";
import type { RedisClient } from "../src/client.ts";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from "redis-5";

declare function take(client: RedisClient): void;
const root = { rootNodes: [] };
const sentinel = { name: "main", sentinelRootNodes: [] };

// Every client of the two current majors, as its owner makes it.
take(new Redis());
take(new Redis({ sentinels: [], name: "main", replyMapping: "resp3" }));
take(new Cluster([]));
take(new Ioredis5());
take(new IoredisCluster5([]));
take(createClient());
take(createClient({ RESP: 2 }));
take(createClient({ RESP: 3, commandOptions: { typeMapping: { [36]: Buffer } } }));
take(createClientPool());
take(createCluster(root));
take(createSentinel(sentinel));
take(createClient5());
take(createClient5({ RESP: 3 }));
take(createClientPool5());
take(createCluster5(root));
take(createSentinel5(sentinel));

// @ts-expect-error -- options are no client
take({ host: "127.0.0.1", port: 6379 });
// @ts-expect-error -- nor is a URL
take("redis://127.0.0.1");
// @ts-expect-error -- nor a promise of one
take(createClient().connect());
// @ts-expect-error -- nor a pipeline
take(new Redis().pipeline());
// @ts-expect-error -- nor node-redis's `multi`
take(createClient().multi());
// @ts-expect-error -- nor the callback client
take(createClient().legacy());
