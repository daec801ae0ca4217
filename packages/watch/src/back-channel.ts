import { type BackChannelOptions, checkedLogout } from "./internal/logout-options.ts";
import { type LogoutOutcome, type LogoutRefusal, Refused } from "./internal/logout-outcome.ts";
import { unlessReplayed } from "./internal/logout-replay.ts";
import { logoutTokenIn } from "./internal/logout-request.ts";
import { type LogoutToken, verifyLogoutToken } from "./internal/logout-token.ts";

export type {
  BackChannelOptions,
  BackChannelSettings,
  EndsByCall,
  EndsSessions,
  RevocableSessions,
} from "./internal/logout-options.ts";
export type { LogoutOutcome, LogoutRefusal } from "./internal/logout-outcome.ts";
export type { LogoutToken } from "./internal/logout-token.ts";

/**
 * The application's reference for a session at an OpenID provider: give it to `login`, and
 * `backChannelLogout` finds the session by it. `issuer` and `sid` are those of the ID token; no two
 * pairs have one reference.
 */
export function oidcReference({ issuer, sid }: { issuer: string; sid: string }): string {
  return JSON.stringify([issuer, sid]);
}

/**
 * A handler for the `backchannel_logout_uri` of OpenID Connect Back-Channel Logout 1.0: takes a logout
 * token, verifies it, and ends the sessions that it names. It needs no session, no cookie and no CSRF
 * check: the provider calls it, not a browser.
 *
 * 200: they are ended, or there were none. 400: the request was refused, and nothing was ended. 405: no
 * POST. 503: the store, or the provider's keys, were away; the token is good for another try. (Section
 * 2.8 wants 400 here too; but section 2.5 has providers try again only after "potentially recoverable
 * errors", and 400 says that this is none.)
 *
 * Throws a `ConfigurationError` that names the remedy.
 */
export function backChannelLogout(
  options: BackChannelOptions,
): (request: Request) => Promise<Response> {
  const settings = checkedLogout(options);
  const { onOutcome = failuresToConsole } = options;

  async function outcomeOf(request: Request): Promise<LogoutOutcome> {
    let token: LogoutToken | null = null;
    try {
      const jwt = await logoutTokenIn(request, settings.maxBytes);
      const verified = await verifyLogoutToken(jwt, settings);
      token = verified;
      const end = () => endSessions(options, verified);
      const ended = await unlessReplayed(settings.once, verified, settings.clock.now, end);
      return { type: "logged_out", token, ended };
    } catch (error) {
      return error instanceof Refused
        ? { type: "refused", reason: error.reason, token }
        : { type: "failed", error, token };
    }
  }

  return async (request) => {
    const outcome = await outcomeOf(request);
    tell(onOutcome, outcome);
    return responseTo(outcome);
  };
}

/** How many; null: nobody said. */
async function endSessions(
  { sessions, onLogout, userIdOf = (sub) => sub }: BackChannelOptions,
  token: LogoutToken,
): Promise<number | null> {
  if (sessions === undefined) {
    const ended: unknown = await onLogout(token);
    return typeof ended === "number" ? ended : null;
  }
  const { issuer, sid, sub } = token;
  // Section 2.7: with a sid that session, without one all of the user's.
  if (sid !== null) return sessions.revokeByReference(oidcReference({ issuer, sid }));
  const userId = sub === null ? null : await userIdOf(sub);
  return userId === null ? 0 : sessions.revokeAll(userId);
}

function responseTo(outcome: LogoutOutcome): Response {
  // Section 2.8: lest an answer that was kept stands for a logout that never was.
  const headers = { "cache-control": "no-store" };
  if (outcome.type === "logged_out") return new Response(null, { status: 200, headers });
  if (outcome.type === "failed") return failure(503, "temporarily_unavailable", headers);
  return outcome.reason === "method"
    ? failure(405, "invalid_request", { ...headers, allow: "POST" }, outcome.reason)
    : failure(400, "invalid_request", headers, outcome.reason);
}

/** Section 2.8: a JSON object as in RFC 6749 section 5.2. */
function failure(
  status: number,
  error: string,
  headers: Record<string, string>,
  reason?: LogoutRefusal,
): Response {
  const body = reason === undefined ? { error } : { error, error_description: reason };
  return Response.json(body, { status, headers });
}

function tell(listener: (outcome: LogoutOutcome) => unknown, outcome: LogoutOutcome): void {
  try {
    const heard = listener(outcome);
    if (heard instanceof Promise) heard.catch(() => undefined);
  } catch {
    // A log that fails is no reason to keep a session.
  }
}

function failuresToConsole(outcome: LogoutOutcome): void {
  // oxlint-disable-next-line no-console
  if (outcome.type === "failed") console.error(outcome.error);
}
