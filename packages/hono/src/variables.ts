import type { RequestSession, SessionData, UserSession } from "@sojourn/core";

/**
 * What `sessions()` adds to the context, for `new Hono<{ Variables: SessionVariables<Data> }>()`.
 * `Data` is the type of the data, or of the schema: `SessionVariables<typeof Basket>`.
 */
export type SessionVariables<
  Data extends object = SessionData,
  As extends string = "session",
> = Readonly<Record<As, RequestSession<DataOf<Data>>>>;

/** The output of a Standard Schema; any other type is the data itself. */
type DataOf<Data extends object> = Data extends {
  readonly "~standard": {
    readonly types?: { readonly output: infer Output extends object } | undefined;
  };
}
  ? Output
  : Data;

/**
 * What `requireUser()` adds to the context. The data's type is that of the session variable beside
 * it: `this` is all of the app's variables, since Hono joins them with "&".
 */
export interface UserVariables<From extends string = "session"> {
  readonly userSession: this extends Readonly<Record<From, RequestSession<infer Data>>>
    ? UserSession<Data>
    : UserSession;
}
