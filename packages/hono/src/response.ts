import type { Exchange } from "@sojourn/core";
import type { Context } from "hono";

/** Writes the headers that the response owes. */
export function applyTo(c: Context, exchange: Pick<Exchange, "apply" | "asked">): void {
  if (!exchange.asked) return;
  try {
    exchange.apply(c.res.headers);
  } catch (error) {
    // What fetch() and Response.redirect() give has immutable headers: the first edit throws.
    if (!(error instanceof TypeError)) throw error;
    c.res = new Response(c.res.body, c.res);
    exchange.apply(c.res.headers);
  }
}

/** Headers that describe one answer. The rest (CORS, security, cookies, ids) is for any answer. */
const OF_THE_ANSWER =
  /cache-control$|^(content-(disposition|encoding|language|length|location|range|type)|etag|expires|last-modified|location|surrogate-control|transfer-encoding)$/;

/**
 * Gives up the answer, since an error is answered instead. Hono lays the headers of `c.res` over that
 * answer's, so it must find there what still holds, and what `applyTo` adds.
 */
export function clearResponse(c: Context): void {
  const { body, headers } = c.res;
  const kept = [...headers].filter(([name]) => !OF_THE_ANSWER.test(name));
  // Whoever fills it may stop.
  body?.cancel().catch(() => {});
  // Else Hono would bring the old headers back.
  c.res = undefined;
  c.res = new Response(null, { headers: [...kept, ["Cache-Control", "no-store"]] });
}
