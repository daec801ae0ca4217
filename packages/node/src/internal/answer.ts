import { SojournError, UnauthenticatedError } from "@sojourn/core";
import type { ServerResponse } from "node:http";

/** Whether the client may know of an error, which then answers for itself. */
export function isForClient(error: unknown): error is SojournError {
  return error instanceof SojournError && error.expose;
}

/** The answer that an error makes of itself; a plain 500 for the server's own faults. */
export function responseTo(error: unknown): Response {
  return isForClient(error)
    ? error.getResponse()
    : new Response("Internal Server Error", { status: 500 });
}

/** Sends it. */
export async function sendError(res: ServerResponse, error: unknown): Promise<void> {
  const response = responseTo(error);
  const body = await response.text();
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(body);
}

/** Where `requireUser({ redirectTo })` wants its client. Frameworks take no status below 400 from an error. */
export function redirectOf(error: unknown): string | undefined {
  return error instanceof UnauthenticatedError ? error.headers.location : undefined;
}

export function report(error: unknown): void {
  // As Node does with what nobody catches; only that the server lives on.
  // oxlint-disable-next-line no-console
  console.error(error);
}
