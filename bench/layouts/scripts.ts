import { createStore, type RedisReply } from "@sojourn/redis/layout";
import { NOW, sampleRecord } from "./sample.ts";

/** The texts of the store's scripts. */
export interface Scripts {
  readonly create: string;
  readonly read: string;
  readonly update: string;
}

/** As the store sends them to a server that does not know them. */
export async function storeScripts(): Promise<Scripts> {
  const record = sampleRecord(0);
  const store = createStore({ send }, { clock: "server" });
  let text = "";

  async function send(_key: string, command: readonly string[]): Promise<RedisReply> {
    if (command[0] === "EVALSHA") throw new Error("NOSCRIPT");
    text = command[1] as string;
    throw new Error("Seen.");
  }

  async function textOf(operation: Promise<unknown>): Promise<string> {
    await operation.catch(() => {});
    return text;
  }

  return {
    create: await textOf(store.create(record, NOW)),
    read: await textOf(store.read(record, NOW)),
    update: await textOf(store.update(record, {}, NOW)),
  };
}
