import { ConfigurationError, type SessionEvent } from "@sojourn/core";
import { logText, type LogValue, logValue } from "./internal/log-value.ts";

export type { LogValue } from "./internal/log-value.ts";

export type LogLevel = "info" | "warn" | "error";

/** The fields of one line: see `logEvents`. */
export type LogFields = Readonly<Record<string, LogValue>>;

/** What is used of a logger. pino has this shape, and so have bunyan, roarr and Fastify's `app.log`. */
export type EventLogger = {
  readonly [level in LogLevel]: (fields: LogFields, message: string) => unknown;
};

export interface LogOptions {
  /** The field `appid`: which application this is, where several write one log. */
  readonly appId?: string;
  /** By the event's type: another level than by default, or `off`. Of an alert its severity decides. */
  readonly levels?: { readonly [type in SessionEvent["type"]]?: LogLevel | "off" };
}

// By what an operator has to do: nothing, look if there are many, look now. OWASP's vocabulary has the
// use of an expired session as a warning, and a token that is used again as critical.
const DEFAULTS: Readonly<Record<SessionEvent["type"], LogLevel>> = {
  session_created: "info",
  session_accessed: "info",
  session_renewed: "info",
  session_rotated: "info",
  session_reauthenticated: "info",
  session_locked: "info",
  session_unlocked: "info",
  session_logout: "info",
  session_expired: "info",
  session_revoked: "info",
  everyone_revoked: "warn",
  excess_sessions_exceeded: "warn",
  login_refused: "warn",
  token_refused: "warn",
  token_reuse: "error",
  binding_mismatch: "warn",
  freshness_required: "info",
  grant_issued: "info",
  grant_redeemed: "info",
  grant_refused: "warn",
  ticket_refused: "warn",
  cross_site_refused: "warn",
  // By its severity.
  alert: "warn",
  source_throttled: "warn",
  record_corrupt: "error",
  data_invalid: "warn",
  user_exported: "info",
  user_erased: "info",
  background_failed: "warn",
};

const LEVELS: ReadonlyMap<string, LogLevel> = new Map(Object.entries(DEFAULTS));

const SEVERITIES: ReadonlyMap<unknown, LogLevel> = new Map([
  ["info", "info"],
  ["warning", "warn"],
  ["critical", "error"],
]);

const METHODS: readonly LogLevel[] = ["info", "warn", "error"];

/**
 * A listener for `onEvent` that logs each event as one line: `logger.warn({ event: "token_refused", ... },
 * "token_refused")`. Where OWASP's logging vocabulary names a field, it has that name: `datetime`,
 * `event`, `appid`, `source_ip`, `useragent`. All else that the event has is there under its own.
 *
 * Texts cannot forge a line: control characters, line separators and bidi overrides are escaped, and
 * what is longer than 512 characters is cut (CWE-117, ASVS 16.4.1). Throws `ConfigurationError`.
 */
export function logEvents(
  logger: EventLogger,
  options: LogOptions = {},
): (event: SessionEvent) => void {
  check(logger, options);
  const { appId, levels = {} } = options;
  const app = appId === undefined ? {} : { appid: logText(appId) };

  return (event) => {
    const level = (Object.hasOwn(levels, event.type) && levels[event.type]) || levelOf(event);
    if (level !== "off") logger[level]({ ...app, ...fieldsOf(event) }, logText(event.type));
  };
}

/**
 * A logger that writes one line of JSON an event, for where there is none: `logEvents(jsonLines(console.log))`.
 */
export function jsonLines(write: (line: string) => unknown): EventLogger {
  const at = (level: LogLevel) => (fields: LogFields) =>
    write(JSON.stringify({ level, ...fields }));
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function levelOf(event: SessionEvent): LogLevel {
  const severity = event.type === "alert" ? SEVERITIES.get(event.severity) : undefined;
  // An event of a later core is logged, too.
  return severity ?? LEVELS.get(event.type) ?? "info";
}

function fieldsOf(event: SessionEvent): LogFields {
  const { type, at, client, ...own } = event;
  return {
    datetime: new Date(at).toISOString(),
    event: logText(type),
    ...(logValue(own) as LogFields),
    source_ip: logValue(client?.address) ?? null,
    useragent: logValue(client?.userAgent) ?? null,
  };
}

function check(logger: EventLogger, { appId, levels = {} }: LogOptions): void {
  const missing = METHODS.filter((level) => typeof logger?.[level] !== "function");
  if (missing.length > 0) {
    throw new ConfigurationError(
      `The logger has no method ${missing.join(", ")}. Give one like pino, or jsonLines(console.log).`,
    );
  }
  if (appId !== undefined && typeof appId !== "string") {
    throw new ConfigurationError(`appId is no text. Give the application's name, or leave it out.`);
  }
  for (const [type, level] of Object.entries(levels)) {
    if (level === "off" || METHODS.includes(level)) continue;
    throw new ConfigurationError(
      `levels.${type} is ${JSON.stringify(level)}. Write "info", "warn", "error" or "off".`,
    );
  }
}
