import type { SessionData, Sessions, SessionsOptions } from "@sojourn/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { redirectOf, sendError } from "./internal/answer.ts";
import { gateOf } from "./internal/gate.ts";
import { discarded, statusOf } from "./internal/head.ts";
import { type MiddlewareOptions, mount, type SessionAccess } from "./internal/mount.ts";

export type { MiddlewareOptions, SessionAccess } from "./internal/mount.ts";

/** What is used of Fastify's request. */
export interface Request {
  readonly raw: IncomingMessage;
  readonly log: { error(error: unknown): void };
}

/** What is used of Fastify's reply. */
export interface Reply {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  redirect(url: string, status: number): unknown;
  getHeader(name: string): unknown;
  getHeaders(): object;
  removeHeader(name: string): unknown;
}

/** What is used of a Fastify server. */
export interface App {
  decorateRequest(name: string, value: null): unknown;
  addHook(
    name: "onRequest",
    hook: (request: Request, reply: Reply, done: (error?: Error) => void) => void,
  ): unknown;
  addHook(
    name: "onError",
    hook: (request: Request, reply: Reply, error: Error) => Promise<void>,
  ): unknown;
  addHook(
    name: "onSend",
    hook: (request: Request, reply: Reply, payload: unknown) => Promise<void>,
  ): unknown;
}

export interface SessionPlugin<Data extends object = SessionData> extends SessionAccess<
  Data,
  Request
> {
  (app: App): Promise<void>;
  /**
   * A `preHandler` hook that lets only requests with a signed-in session to the handler;
   * `userOf(request)` is that session. Others get a 401, or are redirected.
   */
  requireUser(options?: {
    readonly redirectTo?: string;
  }): (request: Request, reply: Reply) => Promise<unknown>;
}

/**
 * Sessions for Fastify: `await app.register(sessions(...))`, for all routes of `app`. At run time the
 * session is `request.session`; typed it is `of(request)` of what this gives.
 */
export function sessions<Data extends object = SessionData>(
  configuration: Sessions<Data> | SessionsOptions<Data>,
  options: MiddlewareOptions = {},
): SessionPlugin<Data> {
  const { sessions, begin, admit, of, userOf } = mount(configuration, options);
  const { as = "session" } = options;
  const redirects = new WeakMap<Reply, string>();

  async function plugin(app: App): Promise<void> {
    app.decorateRequest(as, null);

    app.addHook("onRequest", (request, reply, done) => {
      const { session, refusal } = begin(request.raw, reply.raw, (error) =>
        answerRaw(request, reply, error),
      );
      Object.assign(request, { [as]: session });
      if (refusal === null) done();
      else done(refusal);
    });

    app.addHook("onError", async (_request, reply, error) => {
      gateOf(reply.raw).fail();
      const redirect = redirectOf(error);
      if (redirect !== undefined) redirects.set(reply, redirect);
    });

    app.addHook("onSend", async (_request, reply, payload) => {
      // Fastify's own error handler has made this a 500, for it takes no status below 400 from an error.
      const redirect = redirects.get(reply);
      if (redirect !== undefined && reply.getHeader("location") === redirect) reply.code(303);
      // Fastify takes the status of a Web standard response only after the hooks.
      if (payload instanceof Response && payload.status >= 500) gateOf(reply.raw).fail();
      try {
        await gateOf(reply.raw).save();
      } catch (error) {
        discard(reply, payload, error);
        throw error;
      }
    });
  }

  return Object.assign(plugin, {
    // For the parent's routes too, not only for those of a scope of its own.
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "@sojourn/node",
    sessions,
    of: (request: Request) => of(request.raw),
    userOf: (request: Request) => userOf(request.raw),
    requireUser: (redirectTo?: { readonly redirectTo?: string }) => {
      return async (request: Request, reply: Reply) => {
        try {
          return await admit(request.raw, redirectTo);
        } catch (error) {
          const redirect = redirectOf(error);
          if (redirect === undefined) throw error;
          // The handler runs once the hook is done: with `reply`, when the response is.
          return reply.redirect(redirect, 303);
        }
      };
    },
  });
}

/** Another answer takes the place of this one. */
function discard(reply: Reply, payload: unknown, error: unknown): void {
  for (const name of discarded(Object.keys(reply.getHeaders()))) reply.removeHeader(name);
  reply.code(statusOf(error));
  const stream = payload as { destroy?(): void; cancel?(): Promise<void> } | null | undefined;
  stream?.destroy?.();
  stream?.cancel?.().catch(() => {});
}

/** Where the handler writes to `reply.raw`, Fastify answers nothing any more. */
function answerRaw(request: Request, reply: Reply, error: unknown): void {
  request.log.error(error);
  sendError(reply.raw, error).catch((failure) => reply.raw.destroy(failure));
}
