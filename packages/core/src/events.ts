/**
 * What happened, by the names of the OWASP logging vocabulary where it has one. A closed union: a
 * `switch` over `type` narrows `reason`.
 */
export type SessionEvent = EventBase &
  (
    | { readonly type: "session_created"; readonly reason: null }
    | { readonly type: "session_renewed"; readonly reason: null }
    | { readonly type: "session_rotated"; readonly reason: null }
    | { readonly type: "session_logout"; readonly reason: null }
    | { readonly type: "session_expired"; readonly reason: "idle" | "absolute" }
    | { readonly type: "session_revoked"; readonly reason: RevocationReason }
    /** More than `maxPerUser`: `evict` names the session that went, `refuse` that a login was refused. */
    | { readonly type: "excess_sessions_exceeded"; readonly reason: "evict" | "refuse" }
    | { readonly type: "login_refused"; readonly reason: "revoked-meanwhile" }
    /** A token was presented and opens nothing. */
    | { readonly type: "token_refused"; readonly reason: RefusalReason }
    /** A renewed token was presented after its grace: somebody holds a copy. */
    | { readonly type: "token_reuse"; readonly reason: "revoke" | "refuse" }
    | { readonly type: "record_corrupt"; readonly reason: null }
    /** A stored record's data no longer fits the schema. */
    | { readonly type: "data_invalid"; readonly reason: "drop" | "migrate" | "throw" }
    /** A write that no response waited for (a touch, the clean-up of a failed login) failed. */
    | { readonly type: "background_failed"; readonly reason: string }
  );

export type RevocationReason = "revoke" | "revoke-all" | "reuse" | "replaced";

/**
 * `malformed`: not a token this server signed for this namespace. `outlived`: past the longest
 * absolute timeout by its mint time. `gone`: its session ended. `unknown-secret`: it names a live
 * session but does not open it. `duplicate`: several cookies claim to be the one.
 */
export type RefusalReason = "malformed" | "outlived" | "gone" | "unknown-secret" | "duplicate";

interface EventBase {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The session's public name; null where no session is known. */
  readonly handle: string | null;
  readonly userId: string | null;
}

export type SessionEventListener = (event: SessionEvent) => unknown;
