export { type Clock, systemClock } from "./clock.ts";
export { type Configuration, configured } from "./configured.ts";
export type { CookieOptions } from "./cookie.ts";
export * from "./errors.ts";
export type {
  RefusalReason,
  RevocationReason,
  SessionEvent,
  SessionEventListener,
} from "./events.ts";
export type { Exchange, RequestFacts } from "./exchange.ts";
export { type FetchHandler, type FetchOptions, respond } from "./fetch.ts";
export type { HeaderEditor } from "./headers.ts";
export { TOKEN_HEADER } from "./internal/carrier.ts";
export type { WaitUntil } from "./internal/engine.ts";
export type { Random } from "./internal/random.ts";
export type { OnConflict, SessionData, SessionsOptions } from "./options.ts";
export * from "./powers.ts";
export type * from "./replica.ts";
export type { Client, LoginOptions, RequestSession } from "./request-session.ts";
export type { Secrets } from "./secrets.ts";
export type { SessionInfo } from "./session-info.ts";
export type { Session, UserSession } from "./session.ts";
export { createSessions, type Handed, type SessionPage, type Sessions } from "./sessions.ts";
export * from "./store.ts";
export { timeLimited } from "./time-limit.ts";
export type { Duration, Policy, Preset, TimeoutOptions, TimeoutsOption } from "./timeouts.ts";
export { type AroundCall, type StoreOperation, wrapStore } from "./wrap-store.ts";
