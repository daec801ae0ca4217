import { type RedisStore, redisStore, type RedisStoreOptions } from "@sojourn/redis";
import type { TestContext } from "vitest";
import type { Connect } from "../clients/clients.ts";

export type AtEnd = TestContext["onTestFinished"];

/** The current major of each client; with the large numbers all there are. */
export function clientsOf<To>(
  all: Readonly<Record<string, Connect<To>>>,
): (readonly [name: string, connect: Connect<To>])[] {
  const isFull = process.env.SOJOURN_FULL === "1";
  return Object.entries(all).filter(([name]) => isFull || /^(ioredis|node-redis) 6$/.test(name));
}

/** A store of a process of its own, and when the test ends no more. */
export async function openStore<To>(
  connect: Connect<To>,
  to: To,
  options: RedisStoreOptions,
  atEnd: AtEnd,
): Promise<RedisStore> {
  const { client, close } = await connect(to);
  // After a failover it may well meet a replica first, and that is no news here.
  const store = redisStore(client, { onWarning: () => {}, ...options });
  atEnd(async () => {
    await store.close();
    await close();
  });
  return store;
}

/** For a last look: it waits as long as it takes. */
export const PATIENT: RedisStoreOptions = { timeLimit: 10_000 };
