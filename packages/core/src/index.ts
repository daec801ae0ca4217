export type { Client, ClientOptions, KeptClient } from "./client.ts";
export type { BindingAction, BindingMismatch, BindingOptions, BindingPart } from "./binding.ts";
export { type Closing, closingOf } from "./closing.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type Configuration, configured } from "./configured.ts";
export type { CookieOptions } from "./cookie.ts";
export type { CsrfOptions } from "./csrf.ts";
export * from "./errors.ts";
export type * from "./events.ts";
export type { Exchange, RequestFacts, RequestLine } from "./exchange.ts";
export { type FetchHandler, type FetchOptions, respond } from "./fetch.ts";
export type { HeaderEditor } from "./headers.ts";
export { TOKEN_HEADER } from "./internal/carrier.ts";
export type { WaitUntil } from "./internal/engine.ts";
export type { Random } from "./internal/random.ts";
export type { ExportedSession, UserExport } from "./internal/about-user.ts";
export type { OnConflict, SessionData, SessionsOptions, SiteData } from "./options.ts";
export * from "./powers.ts";
export type * from "./replica.ts";
export type {
  PageOptions,
  LockedSession,
  LoginOptions,
  ReauthenticateOptions,
  RequestSession,
  SessionPage,
} from "./request-session.ts";
export type { Secrets } from "./secrets.ts";
export type { ListedSession, SessionInfo } from "./session-info.ts";
export type { Session, UserSession } from "./session.ts";
export { createSessions, type Handed, type OpenOptions, type Sessions } from "./sessions.ts";
export * from "./store.ts";
export { timeLimited } from "./time-limit.ts";
export type { Duration, Policy, Preset, TimeoutOptions, TimeoutsOption } from "./timeouts.ts";
export { type AroundCall, type StoreOperation, wrapStore } from "./wrap-store.ts";
