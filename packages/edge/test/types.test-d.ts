import type { RequestSession, SessionData, Sessions, SessionsOptions } from "@sojourn/core";
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import { bun, deno, type EdgeClient, workers } from "../src/index.ts";

declare const store: SessionsOptions["store"];
declare const secret: string;

const Basket = v.object({ cart: v.optional(v.array(v.string()), []) });
type Basket = v.InferOutput<typeof Basket>;

// Workers: the bindings' type comes from the options function.
interface Env {
  readonly SESSION_SECRET: string;
}

const worker = workers(
  (env: Env) => ({ store, secret: env.SESSION_SECRET, data: Basket }),
  async (request, { session, sessions, client, env, ctx }) => {
    expectTypeOf(request).toEqualTypeOf<Request>();
    expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(sessions).toEqualTypeOf<Sessions<Basket>>();
    expectTypeOf(client).toEqualTypeOf<EdgeClient>();
    expectTypeOf(env).toEqualTypeOf<Env>();
    ctx.waitUntil(Promise.resolve());
    return new Response();
  },
);

interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly props: unknown;
}
interface ExportedHandler<Bindings> {
  fetch?(request: Request, env: Bindings, ctx: ExecutionContext): Response | Promise<Response>;
  scheduled?(event: object, env: Bindings, ctx: ExecutionContext): void;
}
void (worker satisfies ExportedHandler<Env>);
void ({ ...worker, scheduled() {} } satisfies ExportedHandler<Env>);

// A wider ctx is written down where it is used, or as a type argument.
workers(
  async (env: Env) => ({ store, secret: await Promise.resolve(env.SESSION_SECRET) }),
  (_request, { ctx }: { ctx: ExecutionContext }) => {
    ctx.passThroughOnException();
    return new Response();
  },
);
workers<SessionData, Env, ExecutionContext>({ store, secret }, (_request, { ctx, env }) => {
  ctx.passThroughOnException();
  return new Response(env.SESSION_SECRET);
});

// Deno, as its `Deno.serve` is declared.
interface NetAddr {
  transport: "tcp" | "udp";
  hostname: string;
  port: number;
}
interface UnixAddr {
  transport: "unix" | "unixpacket";
  path: string | null;
}
interface ServeHandlerInfo<Addr> {
  remoteAddr: Addr;
  completed: Promise<void>;
}
declare function serve<Addr = NetAddr>(
  handler: (request: Request, info: ServeHandlerInfo<Addr>) => Response | Promise<Response>,
): void;

serve(
  deno({ store, secret, data: Basket }, (_request, { session, info }) => {
    expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(info.remoteAddr.hostname).toEqualTypeOf<string | undefined>();
    return new Response();
  }),
);
serve<UnixAddr>(deno({ store, secret }, () => new Response()));
deno(
  { store, secret },
  (_request, { info }: { info: ServeHandlerInfo<NetAddr> }) =>
    new Response(info.remoteAddr.hostname),
);

// Bun, as its `Bun.serve` is declared.
interface BunsServer {
  requestIP(request: Request): { address: string; family: string; port: number } | null;
  upgrade(request: Request, options?: { data?: unknown }): boolean;
}
type BunsFetch<Answer> = (request: Request, server: BunsServer) => Answer | Promise<Answer>;
declare function bunServe(
  options:
    | { fetch: BunsFetch<Response> }
    | { fetch: BunsFetch<Response | undefined>; websocket: object },
): void;

bunServe({
  fetch: bun({ store, secret, data: Basket }, (_request, { session, server }) => {
    expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(server.requestIP).toBeFunction();
    return new Response();
  }),
});
bunServe({
  fetch: bun({ store, secret }, (request, { server }: { server: BunsServer }) =>
    server.upgrade(request) ? undefined : new Response(),
  ),
  websocket: {},
});

// @ts-expect-error: the secret is missing
deno({ store }, () => new Response());
// @ts-expect-error: anyone could forge an address
bun({ store, secret }, () => new Response(), { trustProxy: true });
// @ts-expect-error: only Bun takes undefined, for a request that was upgraded
workers({ store, secret }, () => undefined);
