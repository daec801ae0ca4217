// What the snippets of the README take for granted: an application, and what only it can know.
import type { Session, SessionsOptions } from "@sojourn/core";
import type { SessionVariables } from "@sojourn/hono";
import type { Context, Hono } from "hono";

declare global {
  const store: SessionsOptions["store"];
  const secret: string;
  const app: Hono<{ Variables: SessionVariables<{ cart: string[] }> }>;

  function checkPassword(c: Context): Promise<{ id: string } | null>;
  function changePassword(userId: string, c: Context): Promise<void>;
  function grantAdmin(userId: string): Promise<void>;
  function greet(session: Session | null): Response;

  // As in the types of these runtimes.
  const Deno: {
    serve(
      handler: (
        request: Request,
        info: { remoteAddr: { transport: "tcp"; hostname: string; port: number } },
      ) => Promise<Response>,
    ): unknown;
  };
  const Bun: {
    serve(options: {
      fetch(
        request: Request,
        server: { requestIP(request: Request): { address: string; port: number } | null },
      ): Promise<Response | undefined>;
    }): unknown;
  };
}
