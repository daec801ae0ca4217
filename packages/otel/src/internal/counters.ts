import type { SessionEvent } from "@sojourn/core";

/**
 * Every counter, its unit and what it counts. Names and units as in OpenTelemetry's semantic conventions
 * (general/naming.md): a namespace of our own, no `total`, units in braces for what is counted.
 */
export const COUNTERS = {
  "sojourn.session.created": ["{session}", "Sessions that began"],
  "sojourn.session.ended": ["{session}", "Sessions that ended, by reason"],
  "sojourn.session.accessed": ["{session}", "Sessions seen in use, at most once a touch interval"],
  "sojourn.session.renewed": ["{session}", "Tokens replaced in time"],
  "sojourn.session.rotated": ["{session}", "Tokens replaced, every earlier one dead"],
  "sojourn.session.reauthenticated": ["{session}", "Users who authenticated again"],
  "sojourn.session.locked": ["{session}", "Sessions that wait for their user, by reason"],
  "sojourn.session.unlocked": ["{session}", "Locked sessions reopened with one factor"],
  "sojourn.everyone.revoked": ["{revocation}", "Revocations of all sessions at once"],
  "sojourn.token.refused": ["{token}", "Tokens that opened nothing, by reason"],
  "sojourn.token.reused": ["{token}", "Renewed tokens that came after their grace"],
  "sojourn.login.refused": ["{login}", "Logins refused, by reason"],
  "sojourn.cross_site.refused": ["{request}", "Requests of other sites turned away, by reason"],
  "sojourn.source.throttled": ["{request}", "Requests answered 429"],
  "sojourn.binding.mismatched": ["{request}", "Clients that a session is not bound to, by part"],
  "sojourn.freshness.required": ["{request}", "Requests that have to authenticate again first"],
  "sojourn.grant.issued": ["{grant}", "Grants handed out"],
  "sojourn.grant.redeemed": ["{grant}", "Grants redeemed"],
  "sojourn.grant.refused": ["{grant}", "Grants refused, by reason"],
  "sojourn.ticket.refused": ["{ticket}", "Tickets refused, by reason"],
  "sojourn.alert.raised": ["{alert}", "Alerts of detectors, by name and severity"],
  "sojourn.record.corrupt": ["{record}", "Times the store gave what is no record"],
  "sojourn.data.invalid": ["{record}", "Stored data that no longer fits the schema"],
  "sojourn.user.exported": ["{user}", "Users whose data was given out"],
  "sojourn.user.erased": ["{user}", "Users whose data was removed"],
  "sojourn.background.failed": ["{write}", "Writes that no response waited for and that failed"],
} as const;

export type CounterName = keyof typeof COUNTERS;

/** An event that the core adds does not compile until it has its place here. */
const BY_TYPE: Readonly<Record<SessionEvent["type"], CounterName>> = {
  session_created: "sojourn.session.created",
  session_accessed: "sojourn.session.accessed",
  session_renewed: "sojourn.session.renewed",
  session_rotated: "sojourn.session.rotated",
  session_reauthenticated: "sojourn.session.reauthenticated",
  session_locked: "sojourn.session.locked",
  session_unlocked: "sojourn.session.unlocked",
  session_logout: "sojourn.session.ended",
  session_expired: "sojourn.session.ended",
  session_revoked: "sojourn.session.ended",
  everyone_revoked: "sojourn.everyone.revoked",
  // Where it says `refuse`; where it says `evict` a session has ended.
  excess_sessions_exceeded: "sojourn.login.refused",
  login_refused: "sojourn.login.refused",
  token_refused: "sojourn.token.refused",
  token_reuse: "sojourn.token.reused",
  binding_mismatch: "sojourn.binding.mismatched",
  freshness_required: "sojourn.freshness.required",
  grant_issued: "sojourn.grant.issued",
  grant_redeemed: "sojourn.grant.redeemed",
  grant_refused: "sojourn.grant.refused",
  ticket_refused: "sojourn.ticket.refused",
  cross_site_refused: "sojourn.cross_site.refused",
  alert: "sojourn.alert.raised",
  source_throttled: "sojourn.source.throttled",
  record_corrupt: "sojourn.record.corrupt",
  data_invalid: "sojourn.data.invalid",
  user_exported: "sojourn.user.exported",
  user_erased: "sojourn.user.erased",
  background_failed: "sojourn.background.failed",
};

/** What the event counts as. Undefined: it is of a later core. */
export function counterOf(event: SessionEvent): CounterName | undefined {
  const evicted = event.type === "excess_sessions_exceeded" && event.reason === "evict";
  if (evicted) return "sojourn.session.ended";
  return Object.hasOwn(BY_TYPE, event.type) ? BY_TYPE[event.type] : undefined;
}
