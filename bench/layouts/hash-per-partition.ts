import { createHash } from "node:crypto";
import { createStore, type RedisConnection, type RedisReply } from "@sojourn/redis/layout";
import type { Layout, Operations } from "./layout.ts";
import { NOW } from "./sample.ts";
import { storeScripts } from "./scripts.ts";
import type { Server } from "./server.ts";

const GIVES = [true, true, true, "the key goes after the longest session"] as const;

/** The store itself. */
export const ours: Layout = {
  name: "a hash per partition, data above 1 KiB apart (ours)",
  gives: GIVES,
  open: async (server, prefix) => operations(connectionOf(server), prefix),
};

/** The store with another border above which data lies apart. */
export function withBorder(border: number, name: string): Layout {
  return {
    name,
    gives: GIVES,
    open: async (server, prefix) => operations(await rewriting(server, border), prefix),
  };
}

export const inline: Layout = withBorder(Infinity, "a hash per partition, all in one field");

export function connectionOf({ client }: Server): RedisConnection {
  return {
    send: (_key, [command = "", ...args]) => client.call(command, ...args) as Promise<RedisReply>,
  };
}

function operations(connection: RedisConnection, prefix: string): Operations {
  const store = createStore(connection, { prefix });
  return {
    create(record, now, max) {
      const limit =
        max === undefined ? {} : { limit: { max, onLimit: "evict-least-recent" } as const };
      return store.create(record, now, limit);
    },
    read: (ref) => store.read(ref, NOW),
    update: (ref, key, text, now) => store.update(ref, { set: { [key]: text } }, now),
  };
}

/** Where the arguments of the script for `create` are that the border decides. */
const VALUE = 8;
const DATA = 9;
const LAST = "\u0010\n";

async function rewriting(server: Server, border: number): Promise<RedisConnection> {
  const { create, update } = await storeScripts();
  const changed = update.replace(/ > 1024\b/, ` > ${border === Infinity ? "math.huge" : border}`);
  if (changed === update) throw new Error("The script for update has no border any more.");
  await server.script(changed);
  const plain = connectionOf(server);
  return {
    send(key, command) {
      const sent = [...command];
      if (command[1] === hash(update)) sent[1] = hash(changed);
      if (command[1] === hash(create) || command[1] === create) {
        const [value, data] = moved(command[VALUE] as string, command[DATA] as string, border);
        sent[VALUE] = value;
        sent[DATA] = data;
      }
      return plain.send(key, sent);
    },
  };
}

function hash(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** A record with its data where the border wants it. */
function moved(value: string, data: string, border: number): [value: string, data: string] {
  const lines = value.slice(0, -LAST.length).split("\n");
  const envelope = `${lines.slice(1, 12).join("\n")}\n`;
  const texts = data === "" ? lines.slice(12).join("\n") : data.slice("d\n".length, -LAST.length);
  return texts.length > border
    ? [`2\n${envelope}${LAST}`, `d\n${texts}${LAST}`]
    : [`1\n${envelope}${texts}${LAST}`, ""];
}
