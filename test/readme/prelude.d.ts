// What the snippets of the READMEs take for granted: an application, what only it can know, and the
// types of other runtimes.
import type { Session, SessionsOptions, Store } from "@sojourn/core";
import type { SessionVariables } from "@sojourn/hono";
import type { Context, Hono } from "hono";
import type { GenericSchema } from "valibot";

declare global {
  const store: Store;
  const secret: string;
  const options: SessionsOptions;
  const app: Hono<{
    Bindings: { SECRET: string; DB: Database };
    Variables: SessionVariables<{ cart: string[] }>;
  }>;
  const Basket: GenericSchema<unknown, { cart: string[] }>;

  const log: { info(message: unknown): void };

  function handler(request: Request): Promise<Response>;
  function checkPassword(c: Context): Promise<{ id: string } | null>;
  function changePassword(userId: string, c: Context): Promise<void>;
  function grantAdmin(userId: string): Promise<void>;
  function greet(session: Session | null): Response;

  /** A database that a Worker is bound to, and its store. */
  interface Database {
    prepare(sql: string): unknown;
  }
  function storeOf(database: Database): Store;

  // As in the types of these runtimes.
  interface Env {
    readonly SESSION_SECRET: string;
    readonly DB: Database;
  }
  interface ExportedHandler<Env> {
    fetch?(
      request: Request,
      env: Env,
      ctx: { waitUntil(promise: Promise<unknown>): void; passThroughOnException(): void },
    ): Response | Promise<Response>;
  }

  type DenoHandler = (
    request: Request,
    info: { remoteAddr: { transport: "tcp"; hostname: string; port: number } },
  ) => Promise<Response>;
  const Deno: {
    readonly env: { get(name: string): string | undefined };
    serve(handler: DenoHandler): unknown;
    serve(options: { port: number }, handler: DenoHandler): unknown;
    upgradeWebSocket(request: Request): { socket: WebSocket; response: Response };
  };

  interface BunSocket<Data> {
    readonly data: Data;
    close(code?: number, reason?: string): void;
  }
  const Bun: {
    serve<Data = undefined>(options: {
      port?: number;
      fetch(
        request: Request,
        server: {
          requestIP(request: Request): { address: string; port: number } | null;
          upgrade(request: Request, options?: { data?: Data }): boolean;
        },
      ): Promise<Response | undefined>;
      websocket?: {
        open?(socket: BunSocket<Data>): void;
        message(socket: BunSocket<Data>, message: string | Uint8Array): void;
        close?(socket: BunSocket<Data>): void;
      };
    }): unknown;
  };

  interface WorkerSocket extends WebSocket {
    accept(): void;
  }
  const WebSocketPair: new () => { 0: WorkerSocket; 1: WorkerSocket };
  interface ResponseInit {
    webSocket?: WorkerSocket;
  }
}
