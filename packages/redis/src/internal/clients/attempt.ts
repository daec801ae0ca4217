import type { RedisConnection, RedisReply } from "../../connection.ts";

/** A connection that can be told that nobody waits for a command any more. */
export interface Sender extends RedisConnection {
  send(key: string, command: readonly string[], attempt?: Attempt): Promise<RedisReply>;
}

/**
 * One command on its way through a client: does anybody still wait for it, and has it been written?
 * A command may be written twice only if the server has said of the first time that it did not run it.
 */
export class Attempt {
  /** Nobody waits any more: what is still queued must not be sent. */
  aborted = false;
  /** It has left for the server, which may have run it. */
  written = false;
  #onAbort: (() => void) | undefined;

  abort(): void {
    this.aborted = true;
    this.#onAbort?.();
  }

  /** Who takes it out of a queue when it is aborted; undefined: it is in none. */
  set onAbort(listener: (() => void) | undefined) {
    this.#onAbort = listener;
  }
}
