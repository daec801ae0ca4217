import { SojournError, UnauthenticatedError } from "@sojourn/core";
import type { ServerResponse } from "node:http";

/** The answer that a Sojourn error makes of itself; a plain 500 for any other. */
export async function sendError(res: ServerResponse, error: unknown): Promise<void> {
  const response =
    error instanceof SojournError
      ? error.getResponse()
      : new Response("Internal Server Error", { status: 500 });
  const body = await response.text();
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(body);
}

/** Where `requireUser({ redirectTo })` wants its client. Frameworks take no status below 400 from an error. */
export function redirectOf(error: unknown): string | undefined {
  return error instanceof UnauthenticatedError ? error.headers.location : undefined;
}
