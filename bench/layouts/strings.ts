import type { NewSessionRecord, SessionRef } from "@sojourn/core";
import type { Layout } from "./layout.ts";
import { HOUR, json, parsed } from "./sample.ts";
import type { Server } from "./server.ts";

/** Where a session is, and where the index of its user. */
function keysOf(prefix: string) {
  return {
    keyOf: ({ handle }: SessionRef) => prefix + handle,
    indexOf: ({ partition }: SessionRef) => `${prefix}user:${partition}`,
  };
}

function changed(record: NewSessionRecord, key: string, text: string): string {
  return json({ ...record, data: { ...record.data, [key]: text } });
}

function reading({ client }: Server, prefix: string) {
  const { keyOf } = keysOf(prefix);
  return async (ref: SessionRef): Promise<unknown> =>
    JSON.parse((await client.get(keyOf(ref))) as string) as unknown;
}

/** What a plain store keeps: whoever writes last wins, and nobody knows whose the session is. */
export const plain: Layout = {
  name: "SET of the same JSON",
  gives: [false, "no limit", "neither", true],
  async open(server, prefix) {
    const { client } = server;
    const { keyOf } = keysOf(prefix);
    return {
      create: (record) => client.set(keyOf(record), json(record), "PX", HOUR),
      read: reading(server, prefix),
      update: (record, key, text) =>
        client.set(keyOf(record), changed(record, key, text), "PX", HOUR),
    };
  },
};

/** And a set per user, of which one cannot tell who was seen when. */
export const indexedBySet: Layout = {
  name: "SET, and SADD to an index per user",
  gives: [false, "no order to evict by", "not in one step", "the index keeps what expired"],
  async open(server, prefix) {
    const { client } = server;
    const { keyOf, indexOf } = keysOf(prefix);
    const write = (record: NewSessionRecord, text: string) =>
      client
        .pipeline()
        .set(keyOf(record), text, "PX", HOUR)
        .sadd(indexOf(record), record.handle)
        .pexpire(indexOf(record), HOUR)
        .exec();
    return {
      create: (record) => write(record, json(record)),
      read: reading(server, prefix),
      update: (record, key, text) => write(record, changed(record, key, text)),
    };
  },
};

/** And a sorted set per user, by when each session was last seen. */
export const indexedByTime: Layout = {
  name: "SET, and ZADD to an index per user",
  gives: [
    false,
    "two logins at once: one too many",
    "not in one step",
    "the index keeps what expired",
  ],
  async open(server, prefix) {
    const { client } = server;
    const { keyOf, indexOf } = keysOf(prefix);
    const write = async (record: NewSessionRecord, text: string, seen: number) => {
      const index = indexOf(record);
      const replies = await client
        .pipeline()
        .set(keyOf(record), text, "PX", HOUR)
        .zadd(index, seen, record.handle)
        .pexpire(index, HOUR)
        .zcard(index)
        .exec();
      return Number(replies?.[3]?.[1]);
    };
    return {
      async create(record, now, max = Infinity) {
        const count = await write(record, json(record), record.lastSeenAt ?? now);
        if (count <= max) return;
        const index = indexOf(record);
        const going = await client.zrange(index, "0", String(count - max - 1));
        const keys = going.map((handle) => keyOf({ ...record, handle }));
        await client
          .pipeline()
          .unlink(...keys)
          .zrem(index, ...going)
          .exec();
      },
      read: reading(server, prefix),
      update: (record, key, text, now) => write(record, changed(record, key, text), now),
    };
  },
};

/** What many applications have: the data, and who it is. */
export const dataAlone: Layout = {
  ...plain,
  name: "SET of the data and the user id alone",
  async open(server, prefix) {
    const { client } = server;
    const { keyOf } = keysOf(prefix);
    return {
      ...(await plain.open(server, prefix)),
      create: (record) => client.set(keyOf(record), bare(record), "PX", HOUR),
      update: (record) => client.set(keyOf(record), bare(record), "PX", HOUR),
    };
  },
};

function bare({ userId, data }: NewSessionRecord): string {
  return JSON.stringify({ userId, ...parsed(data) });
}
