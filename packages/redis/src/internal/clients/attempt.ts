import type { RedisConnection, RedisReply } from "../../connection.ts";

/** A connection that can be told that nobody waits for a command any more. */
export interface Sender extends RedisConnection {
  /**
   * Whether the client has no connection to its server. Absent: there are several (Cluster, a pool), or
   * it does not tell.
   */
  isAway?(): boolean;
  send(key: string, command: readonly string[], attempt?: Attempt): Promise<RedisReply>;
}

/**
 * One command on its way through a client: does anybody still wait for it, and has it been written?
 * It may be written twice only if the server has said of the first time that it did not run it.
 */
export class Attempt {
  /** Nobody waits any more: what is still queued must not be sent. */
  aborted = false;
  /** It has left for the server, which may have run it. */
  written = false;
  /** ioredis: the socket it was written to last. */
  socket: object | undefined;
  /** ioredis: the only socket that it may be written to. */
  only: object | undefined;
  /** Takes it out of the queue that it is in. */
  onAbort: (() => void) | undefined;
  /** Hears that nothing came of it in time: the server that it went to may not be the right one. */
  onLate: (() => void) | undefined;

  abort(): void {
    this.aborted = true;
    this.onAbort?.();
    this.onLate?.();
  }
}
