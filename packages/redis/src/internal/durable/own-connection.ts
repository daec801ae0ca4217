import type { RedisReply } from "../../connection.ts";
import type { Attempt } from "../clients/attempt.ts";

/**
 * Connections that nobody else uses, one to each server. `WAIT` counts what was written on its own
 * connection, and holds up whatever else is sent on that.
 */
export interface OwnConnection {
  write(key: string, command: readonly string[], attempt: Attempt): Promise<Written>;
  close(): Promise<void>;
}

/** A write that a server has answered. */
export interface Written {
  readonly reply: RedisReply;
  /** The connection it was made on; another one after a reconnection. */
  readonly on: object;
  /** Sends `WAIT` on that very connection; rejects if that is no more. */
  wait(command: readonly string[], attempt: Attempt): Promise<RedisReply>;
}

export function lost(): Error {
  return new Error("The connection was lost.");
}
