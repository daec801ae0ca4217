import { randomBytes } from "node:crypto";
import type { NewSessionRecord, SessionRecord, SessionRef, Store } from "@sojourn/core";
import {
  createStore,
  type LayoutOptions,
  type RedisConnection,
  type RedisReply,
} from "@sojourn/redis/layout";
import { startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";
import { expect } from "vitest";

export const PREFIX = "layout:";
export const SECOND = 1_000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;

/** How long a key outlives its longest session. */
export const SLACK = 60_000;

/** A real server, a client of it, and stores on that client. */
export interface Layout {
  readonly client: Redis;
  readonly url: string;
  connection(client?: Redis): RedisConnection;
  store(options?: LayoutOptions): Store;
  /** What the server says of its own time, in ms. */
  now(): Promise<number>;
  /** How often the server ran each command meanwhile, also inside scripts. */
  count(run: () => Promise<unknown>): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startLayout(): Promise<Layout> {
  const server = await startRedis();
  const client = new Redis(server.url);

  function connection(through = client): RedisConnection {
    return {
      send: (_key, [command = "", ...args]) =>
        through.call(command, ...args) as Promise<RedisReply>,
    };
  }

  return {
    client,
    url: server.url,
    connection,
    store: (options) => createStore(connection(), { prefix: PREFIX, ...options }),
    async now() {
      const [seconds, microseconds] = (await client.time()).map(Number) as [number, number];
      return seconds * SECOND + Math.floor(microseconds / 1_000);
    },
    async count(run) {
      await client.config("RESETSTAT");
      await run();
      const stats = await client.info("commandstats");
      const counted: Record<string, number> = {};
      for (const [, name, calls] of stats.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)) {
        if (name !== "config|resetstat" && name !== "info") counted[name as string] = Number(calls);
      }
      return counted;
    },
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}

export function newPartition(): string {
  return randomBytes(12).toString("base64url");
}

/** The i-th handle. They ascend as numbers do. */
export function handle(i: number): string {
  return `${String(i).padStart(21, "0")}A`;
}

export function keyOf({ partition }: Pick<SessionRef, "partition">): string {
  return `${PREFIX}{${partition}}`;
}

export function newRecord(now: number, fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    partition: newPartition(),
    handle: handle(0),
    userId: "user",
    credential: "credential 0",
    createdAt: now,
    authenticatedAt: now - SECOND,
    lastSeenAt: now,
    idleExpiresAt: now + HOUR,
    expiresAt: now + 24 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

/** Stores a new record that must find its place. Gives what a read must give now. */
export async function put(
  store: Store,
  record: NewSessionRecord,
  now: number,
): Promise<SessionRecord> {
  expect(await store.create(record, now)).toEqual({ status: "created", evicted: [] });
  return { ...record, version: 1 };
}
