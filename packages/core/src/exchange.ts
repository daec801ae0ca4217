import type { HeaderEditor } from "./headers.ts";
import type { WaitUntil } from "./internal/engine.ts";
import type { SessionData } from "./options.ts";
import type { Client, RequestSession } from "./request-session.ts";

/** What an adapter tells of a request. */
export interface RequestFacts {
  /** The Cookie header as it came. */
  readonly cookie: string | null | undefined;
  /** The Authorization header; used by the bearer transport only. */
  readonly authorization?: string | null | undefined;
  /** Whether the browser's end of the connection is https, or localhost: there Secure cookies stick. */
  readonly secure: boolean;
  /** Who is at the other end, as far as the adapter knows; `RequestSession` shows it. */
  readonly client?: Client;
  /** Where the platform has one: keeps it alive for what no response waits for. */
  readonly waitUntil?: WaitUntil | undefined;
}

/**
 * One request and its response: the one place where cookie and store meet. An adapter begins it,
 * gives `session` to the handler, and before the headers leave calls `finish` and then `apply`.
 */
export interface Exchange<Data extends object = SessionData> {
  readonly session: RequestSession<Data>;
  /**
   * Whether the session was asked for. If not, `apply` has nothing to write, and `finish` saves nothing
   * and never rejects: it need not be awaited, and only says that the headers leave.
   */
  readonly asked: boolean;
  /**
   * Saves what changed and closes the session. `failed`: the handler threw or answered 5xx. Rejects
   * with a `SojournError` where saving failed: answer with that error instead, and `apply` all the same.
   */
  finish(result?: { readonly failed?: boolean }): Promise<void>;
  /** Writes the headers that the response owes. A cookie owed for a login or logout leaves with any status. */
  apply(headers: HeaderEditor): void;
}
