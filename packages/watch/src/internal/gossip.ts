import { byteLength, type Channel, type Clock, MESSAGE_BYTES } from "@sojourn/core";
import { Bounded } from "./bounded.ts";

/**
 * What processes tell each other, over the store's channel: at most once a second each, and of one key
 * one value. These are hints. A message that is lost delays an alarm, and nothing else hangs on one.
 */
export interface Gossip {
  /** A subject that is talked about. Two values that wait under one key are merged to one. */
  about<V>(options: About<V>): (key: string, value: V) => void;
  /** How many values wait to be told. */
  readonly size: number;
  /** Resolves once this process hears the others, or cannot, and what waited has been told. */
  drain(): Promise<void>;
  close(): void;
}

interface About<V> {
  readonly name: string;
  merge(waiting: V, value: V): V;
  hear(key: string, value: unknown): void;
}

export interface GossipOptions {
  readonly channel: Channel;
  readonly topic: string;
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly onWarning: (message: string) => void;
}

/** ms between two tellings. */
const PAUSE = 1_000;
/** Messages in one telling: under a flood of sources the rest waits, or is forgotten. */
const MESSAGES = 8;
/** Bytes of one item: a longer user id is counted in its own process only. */
const LONGEST_ITEM = 1_024;
/** ms until a subscription that failed is tried again; then twice as many. */
const RETRY: readonly [first: number, longest: number] = [1_000, 30_000];

export function createGossip(options: GossipOptions): Gossip {
  const { channel, topic, clock, maxEntries, onWarning } = options;
  let self = "";
  const subjects = new Map<string, About<unknown>>();
  const waiting = new Bounded<{
    readonly about: About<unknown>;
    readonly key: string;
    value: unknown;
  }>(maxEntries);
  const closed = new AbortController();
  let scheduled = false;
  let telling: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (scheduled || closed.signal.aborted) return;
    scheduled = true;
    void clock.sleep(PAUSE, closed.signal, { background: true }).then(() => {
      scheduled = false;
      return tellAll();
    });
  }

  function tellAll(): Promise<void> {
    telling = telling.then(tellWaiting);
    return telling;
  }

  async function tellWaiting(): Promise<void> {
    for (let sent = 0; sent < MESSAGES && waiting.size > 0; sent++) {
      const message = nextMessage();
      // Lost, as any may be: the next one tells what has come since.
      await channel.publish(topic, message).catch(() => {});
    }
    if (waiting.size > 0) schedule();
  }

  /** Tells this process from others. Made late: where modules are loaded, Workers have no random bits. */
  function name(): string {
    self ||= randomName();
    return self;
  }

  /** As many items as one message takes, those first that have waited longest. */
  function nextMessage(): string {
    const items: string[] = [];
    let bytes = name().length + 8;
    for (const [id, { about, key, value }] of waiting) {
      const item = JSON.stringify([about.name, key, value]);
      const length = byteLength(item) + 1;
      const told = length <= LONGEST_ITEM;
      if (told && bytes + length > MESSAGE_BYTES) break;
      waiting.delete(id);
      if (!told) continue;
      bytes += length;
      items.push(item);
    }
    return `["${self}",[${items.join(",")}]]`;
  }

  function hear(message: string): void {
    const parsed: unknown = parse(message);
    if (!Array.isArray(parsed) || parsed[0] === self || !Array.isArray(parsed[1])) return;
    for (const item of parsed[1]) {
      if (!Array.isArray(item)) continue;
      const [name, key, value] = item as unknown[];
      if (typeof key === "string") subjects.get(String(name))?.hear(key, value);
    }
  }

  async function listen(): Promise<void> {
    const [first, longest] = RETRY;
    const heard = { signal: closed.signal, onGap: () => {} };
    const subscribe = () => channel.subscribe(topic, hear, heard);
    try {
      return await subscribe();
    } catch {
      onWarning("The watch does not hear other processes yet: the store's channel is away.");
    }
    void (async () => {
      for (let wait = first; !closed.signal.aborted; wait = Math.min(2 * wait, longest)) {
        await clock.sleep(wait, closed.signal, { background: true });
        const done = await subscribe().then(
          () => true,
          () => false,
        );
        if (done) return;
      }
    })();
  }

  const listening = listen();
  return {
    about<V>(about: About<V>): (key: string, value: V) => void {
      subjects.set(about.name, about as About<unknown>);
      return (key: string, value: V) => {
        const id = JSON.stringify([about.name, key]);
        const before = waiting.get(id);
        // In its place: what is told again and again would never have its turn.
        if (before !== undefined) before.value = about.merge(before.value as V, value);
        else waiting.set(id, { about: about as About<unknown>, key, value });
        schedule();
      };
    },
    get size() {
      return waiting.size;
    },
    async drain() {
      await listening;
      await tellAll();
    },
    close: () => closed.abort(),
  };
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
