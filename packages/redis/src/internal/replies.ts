import { CorruptRecordError, StoreUnavailableError } from "@sojourn/core";
import type { RedisReply } from "../connection.ts";

/** A script's reply that begins with a word. */
export function parts(reply: RedisReply): readonly RedisReply[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected();
}

/** Handles that a script gives as one text: a list of digits alone might be taken for a number. */
export function handles(reply: RedisReply | undefined): string[] {
  if (typeof reply !== "string") throw unexpected();
  return reply === "" ? [] : reply.split("\n");
}

/** What a script says of a record that is none. */
export function corrupt(): CorruptRecordError {
  return new CorruptRecordError(
    "What lies under a session's key in Redis is not a record of this store.",
  );
}

export function unexpected(): StoreUnavailableError {
  return new StoreUnavailableError("Redis gave a reply that this command does not have.");
}
