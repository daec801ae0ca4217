import { closingOf, respond } from "@sojourn/core";
import { isHttpError, isRedirect, redirect, type RequestEvent } from "@sveltejs/kit";
import { type Handle, sequence } from "@sveltejs/kit/hooks";
import { building } from "$app/env";
import { sessions } from "./server/sessions.ts";

const session: Handle = ({ event, resolve }) => {
  // Pages that are built beforehand are nobody's.
  if (building) return resolve(event);
  const { request, url } = event;
  const closing = closingOf(request);
  const exchange = sessions.begin({
    cookie: request.headers.get("Cookie"),
    secure: url.protocol === "https:" || url.hostname === "localhost",
    client: { address: event.getClientAddress(), userAgent: request.headers.get("User-Agent") },
    request: {
      method: request.method,
      path: url.pathname,
      ownOrigin: () => url.origin,
      header: (name) => request.headers.get(name),
    },
    closed: closing.closed,
  });
  event.locals.session = exchange.session;
  return respond(
    exchange,
    () => resolve(event),
    (error) => answer(error, event),
    closing,
  );
};

/** What a later `handle` throws. Thrown on, it would leave without the cookies that are owed. */
function answer(error: unknown, event: RequestEvent): Response {
  if (isRedirect(error)) {
    const { status, location } = error;
    if (event.isDataRequest) return Response.json({ type: "redirect", location });
    return new Response(null, { status, headers: { Location: location } });
  }
  if (isHttpError(error)) return Response.json(error.body, { status: error.status });
  console.error(error);
  return new Response("Internal Error", { status: 500 });
}

const guard: Handle = async ({ event, resolve }) => {
  if (event.route.id?.startsWith("/account")) {
    const found = await event.locals.session.get();
    if (!found?.userId) redirect(303, "/login");
  }
  return resolve(event);
};

export const handle: Handle = sequence(session, guard);
