import type { SessionEvent } from "@sojourn/core";

/**
 * What is counted: a closed list, so that no stranger can make it longer. A column is a number in it.
 * Processes tell each other columns by number, under a name that is made of this list: see `LAYOUT`.
 */
export interface Column {
  readonly index: number;
  /** "token_refused gone": the event's type and reason. */
  readonly key: string;
  readonly label: string;
}

/** What is drawn in one colour. */
export interface Band {
  readonly label: string;
  readonly columns: readonly Column[];
}

const columns: Column[] = [];
const byType = new Map<string, Map<string, number>>();

/** `key`: the event's type, and its reason; without a reason all that are not named. */
function column(key: string, label: string): Column {
  const made = { index: columns.length, key, label };
  const [type = "", reason = ""] = key.split(" ");
  const reasons = byType.get(type) ?? new Map<string, number>();
  byType.set(type, reasons.set(reason, made.index));
  columns.push(made);
  return made;
}

function band(label: string, ...made: readonly (readonly [key: string, label: string])[]): Band {
  return { label, columns: made.map((each) => column(...each)) };
}

export const CREATED: readonly Band[] = [
  band("Signed in", ["session_created user", "Signed in"]),
  band("Anonymous", ["session_created anonymous", "Anonymous"]),
];

export const RENEWED: readonly Band[] = [
  band("Renewed", ["session_renewed", "Renewed in time"]),
  band("Rotated", ["session_rotated", "Rotated: privilege changed"]),
  band(
    "Authenticated again",
    ["session_reauthenticated", "Authenticated again"],
    ["session_unlocked", "Unlocked by one factor"],
  ),
];

export const ENDED: readonly Band[] = [
  band("Logged out", ["session_logout", "Logged out"]),
  band("Idle", ["session_expired idle", "Idle for too long"]),
  band("Lifetime over", ["session_expired absolute", "Lifetime over"]),
  band(
    "Made room",
    ["session_revoked replaced", "Replaced by a new login"],
    ["excess_sessions_exceeded evict", "Too many sessions: the oldest went"],
  ),
  band(
    "Revoked",
    ["session_revoked revoke", "Revoked, one"],
    ["session_revoked revoke-all", "Revoked, all of a user's"],
    ["session_revoked reference", "Logged out at the provider"],
    ["session_revoked", "Revoked for another reason"],
  ),
  band(
    "For safety",
    ["session_revoked credential-change", "Password or role changed"],
    ["session_revoked reuse", "A copied token was presented"],
    ["session_revoked binding", "Came from another client"],
    ["session_revoked everyone", "Everyone was revoked"],
  ),
];

export const REFUSED: readonly Band[] = [
  band(
    "Session is over",
    ["token_refused gone", "Its session has ended"],
    ["token_refused outlived", "Older than any session lives"],
  ),
  band(
    "Not our token",
    ["token_refused malformed", "Not a token of ours"],
    ["token_refused unknown-secret", "Names a session, does not open it"],
    ["token_refused duplicate", "Several cookies at once"],
    ["token_refused", "Refused for another reason"],
  ),
  band(
    "Copied or moved",
    ["token_reuse", "A copied token was presented"],
    ["token_refused binding", "Came from another client"],
  ),
  band("From another site", ["cross_site_refused", "A request from another site"]),
  band(
    "Logins",
    ["login_refused", "Began before a revocation"],
    ["excess_sessions_exceeded refuse", "Too many sessions"],
  ),
  band(
    "Asked to authenticate",
    ["freshness_required", "Authenticated too long ago, or too weakly"],
    ["session_locked", "Session locked"],
    ["binding_mismatch", "Another client was noticed"],
  ),
  band(
    "Grants and throttle",
    ["grant_refused", "Grant refused"],
    ["ticket_refused", "Ticket refused"],
    ["source_throttled", "Source has to wait"],
  ),
];

export const DAMAGE: readonly Band[] = [
  band("Corrupt records", ["record_corrupt", "A record cannot be read"]),
  band("Data does not fit", ["data_invalid", "Data does not fit the schema"]),
  band("Background writes", ["background_failed", "A write in the background failed"]),
];

/** Gauges: the greatest value counts, not the sum. */
export const ACTIVE: { readonly user: Column; readonly anonymous: Column } = {
  user: column("(active user)", "Signed in"),
  anonymous: column("(active anonymous)", "Anonymous"),
};

/** The operations of a store as the page tells them apart. All of the powers are one. */
export const GROUPS = [
  "read",
  "create",
  "update",
  "delete",
  "list",
  "deleteAll",
  "sweep",
  "powers",
] as const;

/** ms up to which a call counts to the bucket: twice as many each. The last has no end. */
export const BOUNDS: readonly number[] = Array.from({ length: 16 }, (_, i) => 0.25 * 2 ** i);

export interface Group {
  readonly name: string;
  readonly failed: number;
  /** The first of its buckets; the others follow. */
  readonly bucket: number;
}

export const groups: readonly Group[] = GROUPS.map((name) => {
  const failed = column(`(store) ${name} failed`, `${name} failed`).index;
  const buckets = BOUNDS.map((ms) => column(`(store) ${name} ${ms}`, `${name} ${ms}`).index);
  return { name, failed, bucket: buckets[0] as number };
});

export const COLUMNS: number = columns.length;

/** Changes with the list: processes of two versions do not take one's columns for the other's. */
export const LAYOUT: string = fingerprint(columns.map(({ key }) => key).join("\n"));

/** The column that the event counts to; -1: none. */
export function columnOf(event: SessionEvent): number {
  const reasons = byType.get(event.type);
  if (reasons === undefined) return -1;
  const reason =
    event.type === "session_created"
      ? event.userId === null
        ? "anonymous"
        : "user"
      : (event.reason ?? "");
  return reasons.get(reason) ?? reasons.get("") ?? -1;
}

/** FNV-1a, of 32 bits: enough to tell versions apart, and no secret hangs on it. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
