import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "./free-port.ts";

/** Up is from the client to the server. */
export type Direction = "up" | "down";

/** A TCP proxy on 127.0.0.1 that counts, and that fails when it is told to. */
export interface Proxy {
  readonly port: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How often clients have sent something: with one command in flight, the round trips. */
  readonly chunksUp: number;
  /** How many are open now. */
  readonly connections: number;
  /** Sets the counters to zero, all but `connections`. */
  reset(): void;
  /** Holds back for this many ms what the server sends. */
  delay(ms: number): void;
  /** Loses what the server sends; it still gets what is sent to it. */
  drop(): void;
  /** Connections stay open, and nothing moves either way until `heal`. Then nothing is missing. */
  stall(): void;
  /** Lets this many more bytes through in this direction, and ends the connection they came on. Once. */
  cutAfter(bytes: number, direction?: Direction): void;
  /** Resets all connections, and refuses new ones. */
  cut(): Promise<void>;
  /** Ends every fault. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a proxy in front of a port of 127.0.0.1. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const bytes = { up: 0, down: 0 };
  const untilCut = { up: Infinity, down: Infinity };
  const clients = new Set<Socket>();
  let chunksUp = 0;
  let delayed = 0;
  let dropping = false;
  let stalled: PromiseWithResolvers<void> | undefined;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = { port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true };
    const server = connect(target);
    clients.add(client);
    client.on("close", () => clients.delete(client));
    carry(client, server, "up");
    carry(server, client, "down");
  });
  const port = await listen(listener);
  listener.unref();

  function carry(from: Socket, to: Socket, direction: Direction): void {
    let earlier = Promise.resolve();

    /** After what came earlier, and when no fault holds it back. */
    function pass(action: () => void): void {
      const due = direction === "down" && delayed > 0 ? sleep(delayed) : undefined;
      earlier = earlier.then(async () => {
        await due;
        while (stalled !== undefined) await stalled.promise;
        if (!to.destroyed) action();
      });
    }

    from.on("data", (chunk) => {
      bytes[direction] += chunk.length;
      if (direction === "up") chunksUp++;
      else if (dropping) return;
      pass(() => write(from, to, direction, chunk));
    });
    from.on("end", () => pass(() => to.end()));
    from.on("error", () => to.resetAndDestroy());
    from.on("close", () => {
      if (!from.readableEnded) to.destroy();
    });
  }

  function write(from: Socket, to: Socket, direction: Direction, chunk: Buffer): void {
    const allowed = untilCut[direction];
    if (chunk.length < allowed) {
      untilCut[direction] -= chunk.length;
      to.write(chunk);
      return;
    }
    untilCut[direction] = Infinity;
    // A reset overtakes what has not left yet; the end of a stream does not.
    to.end(chunk.subarray(0, allowed), () => from.resetAndDestroy());
  }

  async function cut(): Promise<void> {
    // Each takes its other half with it.
    for (const client of clients) client.resetAndDestroy();
    if (!listener.listening) return;
    listener.close();
    await once(listener, "close");
  }

  return {
    port,
    get bytesUp() {
      return bytes.up;
    },
    get bytesDown() {
      return bytes.down;
    },
    get chunksUp() {
      return chunksUp;
    },
    get connections() {
      return clients.size;
    },
    reset() {
      bytes.up = bytes.down = chunksUp = 0;
    },
    delay: (ms) => void (delayed = ms),
    drop: () => void (dropping = true),
    stall: () => void (stalled ??= Promise.withResolvers()),
    cutAfter: (count, direction = "down") => void (untilCut[direction] = count),
    cut,
    async heal() {
      delayed = 0;
      dropping = false;
      untilCut.up = untilCut.down = Infinity;
      stalled?.resolve();
      stalled = undefined;
      if (!listener.listening) await listen(listener, port);
    },
    stop: cut,
  };
}
