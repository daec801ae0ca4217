import type { Closing } from "./closing.ts";
import { SojournError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { SessionData } from "./options.ts";
import type { RequestSession } from "./request-session.ts";

/** A handler on Web standards. `env` and `ctx` are what Workers hand out; elsewhere undefined. */
export type FetchHandler<Data extends object = SessionData, Env = unknown, Context = unknown> = (
  request: Request,
  given: { readonly session: RequestSession<Data>; readonly env: Env; readonly ctx: Context },
) => Response | Promise<Response>;

export interface FetchOptions {
  /**
   * Answers what the handler threw, unless that is a `SojournError` that the client may know of (a 401,
   * 409, 413 or 503), which answers for itself. By default the error goes to `console.error`, and the
   * answer is a plain 500.
   */
  readonly onError?: (error: unknown, request: Request) => Response | Promise<Response>;
}

/**
 * Runs the handler within the exchange. Whatever it does, the response carries the cookies that are
 * owed; after an error or a 5xx its unsaved changes are dropped, unless `saveOnError`. `closing`: what
 * the exchange's `closed` is of.
 */
export async function respond<Data extends object>(
  exchange: Exchange<Data>,
  run: () => Response | Promise<Response>,
  onError: (error: unknown) => Response | Promise<Response> = internalError,
  closing?: Closing,
): Promise<Response> {
  const answer = (error: unknown) =>
    error instanceof SojournError && error.expose ? error.getResponse() : onError(error);
  let response: Response;
  let failed = false;
  try {
    if (exchange.refusal !== null) throw exchange.refusal;
    response = await run();
    failed = response.status >= 500;
  } catch (error) {
    failed = true;
    response = await answer(error);
  }
  try {
    await exchange.finish({ failed });
  } catch (error) {
    // Whoever fills the body that nobody will read may stop.
    response.body?.cancel().catch(() => {});
    response = await answer(error);
  }
  const whole = withHeaders(exchange, response);
  return closing?.watched(whole) ?? whole;
}

function withHeaders(exchange: Pick<Exchange, "apply">, response: Response): Response {
  try {
    exchange.apply(response.headers);
    return response;
  } catch (error) {
    // What fetch() and Response.redirect() give has immutable headers: the first edit throws.
    if (!(error instanceof TypeError)) throw error;
    const copy = new Response(response.body, response);
    exchange.apply(copy.headers);
    return copy;
  }
}

function internalError(error: unknown): Response {
  // As the platforms do with what a handler throws; only that cookies can still be owed.
  // oxlint-disable-next-line no-console
  console.error(error);
  return new Response("Internal Server Error", { status: 500 });
}
