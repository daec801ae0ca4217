import { type RequestSession, type Sessions, SojournError } from "@sojourn/core";

export type Handler<Data extends object> = (
  request: Request,
  session: RequestSession<Data>,
) => Promise<Response>;

export function withSessions<Data extends object>(
  sessions: Sessions<Data>,
  handler: Handler<Data>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    // At once: what counts is when the request arrived.
    const exchange = sessions.begin({
      cookie: request.headers.get("Cookie"),
      authorization: request.headers.get("Authorization"),
      // Behind a proxy this needs to know more: trustProxy of @sojourn/net does.
      secure: request.url.startsWith("https:"),
    });

    let failed = false;
    function answer(error: unknown): Response {
      failed = true;
      if (error instanceof SojournError) return error.getResponse();
      return new Response("Internal Server Error", { status: 500 });
    }

    let response = await handler(request, exchange.session).catch(answer);
    failed ||= response.status >= 500;

    // Before the headers leave. What cannot be saved is answered with an error in the place of the
    // handler's answer, and a cookie that is owed leaves with that as well.
    await exchange.finish({ failed }).catch((error: unknown) => {
      response = answer(error);
    });
    response = new Response(response.body, response);
    exchange.apply(response.headers);
    return response;
  };
}
