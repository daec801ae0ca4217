import type { SojournError } from "./errors.ts";
import type { Client } from "./client.ts";
import type { HeaderEditor } from "./headers.ts";
import type { WaitUntil } from "./internal/engine.ts";
import type { SessionData } from "./options.ts";
import type { RequestSession } from "./request-session.ts";

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
  /** For the gate against requests from other sites (option `csrf`). Without it there is none. */
  readonly request?: RequestLine;
  /** Aborts once the response has been sent or its connection has closed, where the platform tells. */
  readonly closed?: () => AbortSignal;
  /** Where the platform has one: keeps it alive for what no response waits for. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** What the gate against requests from other sites looks at. */
export interface RequestLine {
  readonly method: string;
  /** The path alone, as it came. */
  readonly path: string;
  /** This server's origin as the client sees it, "https://app.example"; null: not known. */
  ownOrigin(): string | null;
  /** A header by its lower-case name. */
  header(name: string): string | null | undefined;
}

/**
 * One request and its response: the one place where cookie and store meet. An adapter begins it,
 * gives `session` to the handler, and before the headers leave calls `finish` and then `apply`.
 */
export interface Exchange<Data extends object = SessionData> {
  readonly session: RequestSession<Data>;
  /**
   * Why the handler must not run: the request came from another site. Answer with this error instead,
   * and `finish` and `apply` all the same. Null: it may.
   */
  readonly refusal: SojournError | null;
  /**
   * Whether the session was asked for, or the request refused. If not, `apply` has nothing to write, and `finish` saves nothing
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
