import type {
  RequestSession,
  SessionData,
  Sessions,
  SessionsOptions,
  UserSession,
} from "@sojourn/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isForClient, report, sendError } from "./internal/answer.ts";
import { discardHead } from "./internal/head.ts";
import { type AdapterOptions, mount } from "./internal/mount.ts";

export type { AdapterOptions } from "./internal/mount.ts";
export { onUpgrade, type UpgradeHandler, type UpgradeOptions } from "./upgrade.ts";

/** A handler of `node:http` that is also given the way to the session. */
export type SessionHandler<Data extends object = SessionData> = (
  req: IncomingMessage,
  res: ServerResponse,
  session: RequestSession<Data>,
) => void | Promise<void>;

/** A handler behind `requireUser`. */
export type UserHandler<Data extends object = SessionData> = (
  req: IncomingMessage,
  res: ServerResponse,
  user: UserSession<Data>,
  session: RequestSession<Data>,
) => void | Promise<void>;

export interface ServerOptions extends AdapterOptions {
  /**
   * Answers what the handler threw, or why its session could not be saved, unless that is a
   * `SojournError` that the client may know of (a 401, 409, 413 or 503), which answers for itself. By
   * default the error goes to `console.error`, and the answer is a plain 500.
   */
  readonly onError?: (
    error: unknown,
    req: IncomingMessage,
    res: ServerResponse,
  ) => void | Promise<void>;
}

/** Sessions for `node:http`: `createServer(withSessions(sessions, async (req, res, session) => ...))`. */
export function withSessions<Data extends object = SessionData>(
  sessions: Sessions<Data> | SessionsOptions<Data>,
  handler: SessionHandler<Data>,
  options: ServerOptions = {},
): (req: IncomingMessage, res: ServerResponse) => void {
  const mounted = mount(sessions, options);
  const { onError = internalError } = options;

  return (req, res) => {
    async function answer(error: unknown): Promise<void> {
      discardHead(res, error);
      if (isForClient(error)) await sendError(res, error);
      else await onError(error, req, res);
    }

    const { session, gate, refusal } = mounted.begin(req, res, (error) => {
      answer(error).catch((failure) => giveUp(failure, res));
    });

    async function run(): Promise<void> {
      try {
        if (refusal !== null) throw refusal;
        await handler(req, res, session);
      } catch (error) {
        gate.fail();
        // Of an answer that another one replaced there is nothing more to tell.
        if (gate.refused) return;
        if (res.headersSent) throw error;
        await answer(error);
      }
    }

    run().catch((error) => giveUp(error, res));
  };
}

/** Lets only requests with a signed-in session to the handler; others get a 401, or are redirected. */
export function requireUser<Data extends object = SessionData>(
  handler: UserHandler<Data>,
  options?: { readonly redirectTo?: string },
): SessionHandler<Data> {
  return async (req, res, session) =>
    handler(req, res, await session.requireUser(options), session);
}

function internalError(error: unknown, _req: IncomingMessage, res: ServerResponse): Promise<void> {
  report(error);
  return sendError(res, error);
}

/** An answer that is half sent cannot be taken back: the client must not take it for a whole one. */
function giveUp(error: unknown, res: ServerResponse): void {
  report(error);
  if (!res.writableEnded) res.destroy();
}
