import type { BunServer, DenoServeInfo, WorkersContext } from "../src/index.ts";

/** The parts of the runtimes' own APIs that the tests use. */
interface Runtimes {
  readonly Deno: {
    serve(
      options: { port: number; hostname: string; onListen(): void },
      handler: (request: Request, info: DenoServeInfo) => Promise<Response>,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
  readonly Bun: {
    serve(options: {
      port: number;
      hostname: string;
      fetch(request: Request, server: UpgradingServer): Promise<Response | undefined>;
      websocket: { open(socket: WebSocket): void };
    }): { readonly port: number; stop(closeActiveConnections: boolean): Promise<void> };
  };
}

export interface UpgradingServer extends BunServer {
  upgrade(request: Request): boolean;
}

const { Deno, Bun } = globalThis as unknown as Runtimes;

export const runtime: "deno" | "bun" | "workerd" | "node" =
  "Deno" in globalThis
    ? "deno"
    : "Bun" in globalThis
      ? "bun"
      : globalThis.navigator?.userAgent === "Cloudflare-Workers"
        ? "workerd"
        : "node";

/** A handler that listens on loopback. */
export interface Listening {
  readonly port: number;
  /** Sends a request as a proxy on this machine would that ends TLS. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export async function listenWithDeno(
  handler: (request: Request, info: DenoServeInfo) => Promise<Response>,
): Promise<Listening> {
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(options, handler);
  return listening(server.addr.port, () => server.shutdown());
}

/** Greets whoever opens a WebSocket. */
export async function listenWithBun(
  fetch: (request: Request, server: UpgradingServer) => Promise<Response | undefined>,
): Promise<Listening> {
  const websocket = { open: (socket: WebSocket) => socket.send("hello") };
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch, websocket });
  return listening(server.port, () => server.stop(true));
}

function listening(port: number, close: () => Promise<void>): Listening {
  return { port, close, fetch: async (request) => fetch(await throughProxy(request, port)) };
}

async function throughProxy(request: Request, port: number): Promise<Request> {
  const { protocol, host, pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set("X-Forwarded-Proto", protocol.slice(0, -1));
  headers.set("X-Forwarded-Host", host);
  const init: RequestInit = { method: request.method, headers, redirect: "manual" };
  if (request.body !== null) init.body = await request.arrayBuffer();
  return new Request(`http://127.0.0.1:${port}${pathname}${search}`, init);
}

/** A Worker's `ctx`: workerd's own where this is workerd. `settled` waits for what it was given. */
export async function createContext(): Promise<WorkersContext & { settled(): Promise<unknown> }> {
  if (runtime === "workerd") {
    const name = "cloudflare:test";
    const { createExecutionContext, waitOnExecutionContext } = await import(
      /* @vite-ignore */ name
    );
    const ctx = createExecutionContext();
    return Object.assign(ctx, { settled: () => waitOnExecutionContext(ctx) });
  }
  const waiting: Promise<unknown>[] = [];
  return {
    waitUntil: (promise) => void waiting.push(promise),
    settled: () => Promise.all(waiting),
  };
}
