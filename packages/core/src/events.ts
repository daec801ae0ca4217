import type { Client, KeptClient } from "./client.ts";
import type { BindingAction, BindingPart } from "./binding.ts";

/**
 * What happened, by the names of the OWASP logging vocabulary where it has one. A closed union: a
 * `switch` over `type` narrows the rest.
 */
export type SessionEvent = EventBase & SessionEventKind;

export type SessionEventKind =
  | { readonly type: "session_created"; readonly reason: null }
  /** The session was read. Told together with the touch: at most once a touch interval. */
  | { readonly type: "session_accessed"; readonly reason: null }
  | { readonly type: "session_renewed"; readonly reason: null }
  | { readonly type: "session_rotated"; readonly reason: null }
  /** The user has authenticated again; `aal` is what the session is good for now. */
  | { readonly type: "session_reauthenticated"; readonly reason: null; readonly aal: Aal }
  /** The session can be read again only once its user has authenticated: see `locked()`. */
  | { readonly type: "session_locked"; readonly reason: LockReason }
  /** One factor has reopened a session that was locked for being idle. */
  | { readonly type: "session_unlocked"; readonly reason: null }
  | { readonly type: "session_logout"; readonly reason: null }
  | { readonly type: "session_expired"; readonly reason: "idle" | "absolute" }
  | { readonly type: "session_revoked"; readonly reason: RevocationReason }
  /** All sessions of this namespace have ended: `revokeEveryone`. */
  | { readonly type: "everyone_revoked"; readonly reason: null }
  /** More than `maxPerUser`: `evict` names the session that went, `refuse` that a login was refused. */
  | { readonly type: "excess_sessions_exceeded"; readonly reason: "evict" | "refuse" }
  | { readonly type: "login_refused"; readonly reason: "revoked-meanwhile" }
  /** A token was presented and opens nothing. */
  | { readonly type: "token_refused"; readonly reason: RefusalReason }
  /** A renewed token was presented after its grace: somebody holds a copy. */
  | { readonly type: "token_reuse"; readonly reason: "revoke" | "refuse" }
  /** The client is not the one that the session is bound to: `reason` says in what, `action` what was done. */
  | {
      readonly type: "binding_mismatch";
      readonly reason: BindingPart;
      readonly action: BindingAction;
      /** The client as it was noted; `client` is the one that came. */
      readonly was: KeptClient;
    }
  /** What `requireFresh` asked for was not there. */
  | { readonly type: "freshness_required"; readonly reason: FreshnessReason }
  | { readonly type: "grant_issued"; readonly reason: null; readonly action: string }
  | { readonly type: "grant_redeemed"; readonly reason: null; readonly action: string }
  | {
      readonly type: "grant_refused";
      readonly reason: "invalid" | "spent";
      readonly action: string;
    }
  /** A single-use ticket was presented; `reason` says why it opened nothing. */
  | { readonly type: "ticket_refused"; readonly reason: "invalid" | "outlived" | "spent" | "gone" }
  /** A request from another site was turned away at the door, with no store call. */
  | { readonly type: "cross_site_refused"; readonly reason: CrossSiteReason }
  /**
   * A detector's conclusion, told by @sojourn/watch: `reason` is the detector's name, `evidence` what it
   * saw, `done` what was done about it.
   */
  | {
      readonly type: "alert";
      readonly reason: string;
      readonly severity: "info" | "warning" | "critical";
      readonly evidence: Readonly<Record<string, string | number | readonly string[] | null>>;
      readonly done: readonly string[];
    }
  /** A request was answered 429 before the store was asked: option `throttle`. */
  | { readonly type: "source_throttled"; readonly reason: null }
  | { readonly type: "record_corrupt"; readonly reason: null }
  /** A stored record's data no longer fits the schema. */
  | { readonly type: "data_invalid"; readonly reason: "drop" | "migrate" | "throw" }
  /** Everything kept about a user was given out, or removed. */
  | { readonly type: "user_exported"; readonly reason: null }
  | { readonly type: "user_erased"; readonly reason: null }
  /** A write that no response waited for (a touch, the clean-up of a failed login) failed. */
  | { readonly type: "background_failed"; readonly reason: string };

/** The authenticator assurance levels of NIST SP 800-63B-4. */
export type Aal = 1 | 2 | 3;

export type RevocationReason =
  | "binding"
  | "credential-change"
  | "everyone"
  | "reference"
  | "replaced"
  | "reuse"
  | "revoke"
  | "revoke-all";

/** Why a session waits for its user: idle for too long, another client, or the application's wish. */
export type LockReason = "idle" | "binding" | "requested";

/** `stale`: authenticated too long ago. `aal`: with too little. `impersonated`: by somebody else. */
export type FreshnessReason = "stale" | "aal" | "impersonated";

/** `fetch-site`: the browser says so. `origin`: the Origin header does. `unknown`: neither header came. */
export type CrossSiteReason = "fetch-site" | "origin" | "unknown";

/**
 * `malformed`: not a token this server signed for this namespace. `outlived`: past the longest
 * absolute timeout by its mint time. `gone`: its session ended. `unknown-secret`: it names a live
 * session but does not open it. `duplicate`: several cookies claim to be the one. `binding`: the
 * client is not the one that it is bound to.
 */
export type RefusalReason =
  | "malformed"
  | "outlived"
  | "gone"
  | "unknown-secret"
  | "duplicate"
  | "binding";

export interface EventBase {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The session's public name; null where no session is known. */
  readonly handle: string | null;
  readonly userId: string | null;
  /** Who acts as this user; null: the user. */
  readonly impersonator: string | null;
  /** Who sent the request, in the form that may be kept (option `client`); null: nobody did. */
  readonly client: KeptClient | null;
}

/**
 * `client` is who sent the request, whole: for what has to know the address, such as a locator. It is
 * personal data and not for logs; `event.client` is.
 */
export type SessionEventListener = (event: SessionEvent, client: Client | null) => unknown;
