import type { RequestSession, Sessions } from "@sojourn/core";

/** The data of the stories' sessions. */
export type StoryData = Record<string, unknown>;

/** What every adapter under test runs for every request: the stories' application. */
export type StoryHandler = (
  request: Request,
  session: RequestSession<StoryData>,
) => Promise<Response>;

/** An application served through the adapter under test. */
export interface StoryServer {
  /**
   * Sends a request as a client would, without following redirects and without a cookie jar of its
   * own: over real HTTP where the runtime can serve, else by calling the adapter's handler. Resolves
   * when the headers have come, while the body may still be under way.
   */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Serves `handler` through the adapter under test. Requests come for any origin, such as
 * "https://app.test"; a server on loopback sends them to its own port, with path and headers as they are.
 */
export type AdapterFactory = (
  sessions: Sessions<StoryData>,
  handler: StoryHandler,
) => Promise<StoryServer>;
