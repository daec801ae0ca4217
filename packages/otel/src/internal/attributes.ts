import { type SessionEvent, SojournError } from "@sojourn/core";
import type { Attributes } from "@opentelemetry/api";

/** Stable in the semantic conventions: the class of an error, of few values. */
export const ERROR_TYPE = "error.type";

export const OPERATION = "sojourn.operation.name";

/** Opt-in in the conventions, and so it is here. */
export const SESSION_ID = "session.id";

const KIND = "sojourn.session.kind";
const REASON = "sojourn.reason";

/**
 * What of an event has few values: each set of values is a series of its own, in memory here and at the
 * backend. So no user, handle, address or user agent, no grant's action, and nothing of the evidence.
 */
export function attributesOf(event: SessionEvent): Attributes {
  switch (event.type) {
    case "session_created":
      return { [KIND]: kindOf(event) };
    case "session_logout":
      return { [KIND]: kindOf(event), [REASON]: "logout" };
    case "session_expired":
    case "session_revoked":
      return { [KIND]: kindOf(event), [REASON]: event.reason };
    case "excess_sessions_exceeded":
      return event.reason === "evict"
        ? { [KIND]: kindOf(event), [REASON]: "evict" }
        : { [REASON]: "limit" };
    case "binding_mismatch":
      return { [REASON]: event.reason, "sojourn.binding.action": event.action };
    case "alert":
      return { "sojourn.alert.name": event.reason, "sojourn.alert.severity": event.severity };
    case "background_failed":
      return { [ERROR_TYPE]: event.reason };
    default:
      return event.reason === null ? {} : { [REASON]: event.reason };
  }
}

/** Of those that live. */
export function livingAttributesOf(event: SessionEvent): Attributes {
  return { [KIND]: kindOf(event) };
}

function kindOf({ userId }: SessionEvent): "anonymous" | "user" {
  return userId === null ? "anonymous" : "user";
}

/** What the application gets: the core makes anything else that a store rejects with into that. */
export function errorTypeOf(error: unknown): string {
  return error instanceof SojournError ? error.code : "store-unavailable";
}
