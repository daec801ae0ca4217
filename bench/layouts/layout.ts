import type { NewSessionRecord, SessionRef } from "@sojourn/core";
import type { Server } from "./server.ts";

/** One way of keeping sessions in Redis, as far as it is measured here. */
export interface Layout {
  readonly name: string;
  /** What it can give, in the order of `GUARANTEES`. */
  readonly gives: readonly (boolean | string)[];
  /** `prefix` begins every key: several layouts lie beside each other in one server. */
  open(server: Server, prefix: string): Promise<Operations>;
}

export interface Operations {
  /** A login. With `max`, the least recently seen goes where there are as many. */
  create(record: NewSessionRecord, now: number, max?: number): Promise<unknown>;
  read(ref: SessionRef): Promise<unknown>;
  /** Writes one key of the data of that record. */
  update(record: NewSessionRecord, key: string, text: string, now: number): Promise<unknown>;
}

export const GUARANTEES = [
  "two requests write different keys: both stay",
  "limit exact, all keys declared",
  "revoke all and list in one step",
  "nothing left behind",
] as const;

/** How many sessions a user may have, unless said otherwise. */
export const MAX = 100;
