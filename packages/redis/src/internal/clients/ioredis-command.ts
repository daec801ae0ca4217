import type { IoredisClient } from "../../client.ts";
import type { Attempt } from "./attempt.ts";

/** What ioredis calls a `Command`; that its `sendCommand` takes one is documented. */
interface Command {
  readonly name: string;
  reject: (error: Error) => void;
  toWritable(socket: Socket): unknown;
}

/** A stream of Node's. */
interface Socket {
  readonly writableCorked: number;
  cork(): void;
  uncork(): void;
}

type CommandClass = new (
  name: string,
  args: string[],
  options: { readonly replyEncoding: "utf8" },
) => Command;

/** Takes the place of what must not be written: ioredis is going to wait for one reply. */
const NOTHING = "*1\r\n$4\r\nPING\r\n";

/** What may run twice. */
const READS: ReadonlySet<string> = new Set(["HMGET", "hmget", "INFO"]);

/** The server says that it did not run the command; a Cluster client then tries elsewhere. */
const NOT_RUN = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /;

/**
 * By default ioredis sends what was in flight when the connection broke once more, and what was
 * queued meanwhile minutes later. A `create` would run twice, or after its caller was told that it
 * failed. These commands are not written a second time, nor once nobody waits for them.
 */
export function commandsOf(
  client: IoredisClient,
): (name: string, args: string[], attempt: Attempt) => Command {
  const Base = commandClassOf(client);

  class Once extends Base {
    // Set by the constructor of the base, so there must be no initializers here.
    declare attempt: Attempt | undefined;
    declare finish: (error: Error) => void;
    declare next: (error: Error) => void;

    get isOver(): boolean {
      const { attempt } = this;
      if (attempt === undefined) return false;
      return attempt.aborted || (attempt.written && !READS.has(this.name));
    }

    override toWritable(socket: Socket): unknown {
      const { only = socket } = this.attempt ?? {};
      if (this.isOver || only !== socket) {
        this.finish(new Error("The connection was lost."));
        return NOTHING;
      }
      if (this.attempt !== undefined) {
        this.attempt.written = true;
        this.attempt.socket = socket;
      }
      holdForThisTurn(socket);
      return super.toWritable(socket);
    }
  }

  // ioredis sets `reject` to its own, and a Cluster client to another, which calls that or sends the
  // command again when the node that it was written to is lost.
  Object.defineProperty(Once.prototype, "reject", {
    get(this: Once) {
      const { next } = this;
      return (error: Error) => {
        if (this.attempt !== undefined && NOT_RUN.test(error.message)) this.attempt.written = false;
        if (this.isOver) this.finish(error);
        else next(error);
      };
    },
    set(this: Once, reject: (error: Error) => void) {
      this.finish ??= reject;
      this.next = reject;
    },
  });

  return (name, args, attempt) => {
    const command = new Once(name, args, { replyEncoding: "utf8" });
    command.attempt = attempt;
    return command;
  };
}

/**
 * What one turn of the event loop sends is then one write to the network: of all requests that came in
 * with it, since each write wakes the server, which costs more than all else that is done for a read.
 */
function holdForThisTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  const { setImmediate: atEndOfTurn = queueMicrotask } = globalThis as Turns;
  atEndOfTurn(() => socket.uncork());
}

/** Not every runtime has it. */
interface Turns {
  setImmediate?(run: () => void): unknown;
}

/** A client makes its commands itself; this one is kept from being sent. */
function commandClassOf(client: IoredisClient): CommandClass {
  const unsent = { options: {}, sendCommand: (command: object) => command };
  return (client.call.call(unsent, "PING") as object).constructor as CommandClass;
}
