import type { NodeRedisClient, NodeRedisCluster } from "../../client.ts";
import { keyPrefixOf, type Recognised } from "../clients/connect.ts";
import { hashSlot } from "../durable/hash-slot.ts";
import type { Hears, Receiver, Receivers } from "./receiver.ts";

type Listener = (message: string, channel: string) => void;

interface Client extends NodeRedisClient {
  readonly options: NodeRedisClient["options"] & { readonly socket?: object };
  duplicate(overrides: object): Client;
  connect(): Promise<unknown>;
  destroy(): unknown;
  ping(): Promise<unknown>;
  subscribe(channel: string, listener: Listener): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  sSubscribe(channel: string, listener: Listener): Promise<unknown>;
  sUnsubscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** Gives the client that it has for one server, and of which all others are made. */
type Borrow = <Result>(use: (client: Client) => Result) => Promise<Result>;

interface Cluster extends NodeRedisCluster {
  readonly slots: readonly ({ readonly master: object } | undefined)[];
  nodeClient(node: object): Promise<Client>;
}

interface Pool {
  execute: Borrow;
}

interface Sentinel {
  /** With the client of the primary. */
  _execute<Result>(isReadonly: boolean, use: (client: Client) => Result): Promise<Result>;
}

export function nodeRedisReceivers(
  found: Exclude<Recognised, { readonly kind: "ioredis" }>,
): Receivers {
  const isSharded = found.kind === "cluster";
  return {
    isSharded,
    keyPrefix: keyPrefixOf(found),
    serverOf: (channel) =>
      isSharded ? (found.client as Cluster).slots[hashSlot(channel)]?.master : "the only one",
    dial: (server, hears) => dial(borrowFrom(found, server), isSharded, hears),
  };
}

function borrowFrom(
  { kind, client }: Exclude<Recognised, { readonly kind: "ioredis" }>,
  server: unknown,
): Borrow {
  switch (kind) {
    case "client":
      return async (use) => use(client as Client);
    case "cluster":
      return async (use) => use(await (client as Cluster).nodeClient(server as object));
    case "pool":
      return (use) => (client as unknown as Pool).execute(use);
    case "sentinel":
      return (use) => (client as unknown as Sentinel)._execute(false, use);
  }
}

function dial(borrow: Borrow, isSharded: boolean, hears: Hears): Receiver {
  let own: Client | undefined;
  let isClosed = false;

  async function connect(): Promise<void> {
    const made = await borrow(duplicate);
    if (isClosed) return;
    own = made;
    own.on("error", () => hears.lost());
    own.on("end", () => hears.lost());
    own.on("sharded-channel-moved", (channel: string) => hears.lost(channel));
    await own.connect();
  }

  /** Only after `ready`. */
  const client = () => own as Client;
  const listener: Listener = (message, channel) => hears.message(channel, message);
  return {
    ready: connect(),
    subscribe: (channel) =>
      isSharded ? client().sSubscribe(channel, listener) : client().subscribe(channel, listener),
    unsubscribe: (channel) =>
      isSharded ? client().sUnsubscribe(channel) : client().unsubscribe(channel),
    ping: () => client().ping(),
    close() {
      isClosed = true;
      if (own?.isOpen) own.destroy();
    },
  };
}

function duplicate(client: Client): Client {
  return client.duplicate({
    // Reconnecting is ours, and a gap must be told of.
    socket: { ...client.options.socket, reconnectStrategy: false },
    clientSideCache: undefined,
  });
}
