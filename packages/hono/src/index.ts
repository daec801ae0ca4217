export { requireUser, type RequireUserOptions } from "./require-user.ts";
export { sessions, type SessionsMiddlewareOptions } from "./sessions.ts";
export type { SessionVariables, UserVariables } from "./variables.ts";
