import { closingOf, type RequestSession, type Sessions, SojournError } from "@sojourn/core";

export type Handler<Data extends object> = (
  request: Request,
  session: RequestSession<Data>,
) => Promise<Response>;

export function withSessions<Data extends object>(
  sessions: Sessions<Data>,
  handler: Handler<Data>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { origin, pathname, protocol } = new URL(request.url);
    const header = (name: string) => request.headers.get(name);
    // Ends the watch over `session.signal` with the response.
    const closing = closingOf(request);
    // At once: what counts is when the request arrived. Behind a proxy this needs to know more:
    // `clientOf` of @sojourn/net does, and tells the client's address, its network and the origin.
    const exchange = sessions.begin({
      cookie: header("Cookie"),
      authorization: header("Authorization"),
      secure: protocol === "https:",
      request: { method: request.method, path: pathname, ownOrigin: () => origin, header },
      client: { address: null, userAgent: header("User-Agent") },
      closed: closing.closed,
    });

    let failed = false;
    function answer(error: unknown): Response {
      failed = true;
      if (error instanceof SojournError) return error.getResponse();
      return new Response("Internal Server Error", { status: 500 });
    }

    async function run(): Promise<Response> {
      // It comes from another site: the handler is not for it.
      if (exchange.refusal !== null) throw exchange.refusal;
      return handler(request, exchange.session);
    }

    let response = await run().catch(answer);
    failed ||= response.status >= 500;

    // Before the headers leave. What cannot be saved is answered with an error in the place of the
    // handler's answer, and a cookie that is owed leaves with that as well.
    await exchange.finish({ failed }).catch((error: unknown) => {
      response = answer(error);
    });
    response = new Response(response.body, response);
    exchange.apply(response.headers);
    return closing.watched(response);
  };
}
