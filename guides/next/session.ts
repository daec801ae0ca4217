import { createSessions, type RequestSession, type Session, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { headers } from "next/headers";
import type { NextRequest } from "next/server";
import { cache } from "react";

interface Data {
  tries?: number;
}

// Next.js bundles modules more than once, and anew after each edit: what all share is kept here.
const shared = globalThis as { sessions?: Sessions<Data> };

/** Made by the first request: `next build` loads this module as well, and knows no secret. */
function sessions(): Sessions<Data> {
  return (shared.sessions ??= createSessions<Data>({
    store: memoryStore(),
    secret: process.env.SESSION_SECRET,
    // `request.url` tells where Next.js listens, not what the site is called.
    csrf: { allowedOrigins: [process.env.ORIGIN ?? "http://localhost:3000"] },
  }));
}

/** Gives a route handler its session. What it owes the browser leaves with the handler's response. */
export function withSession<Context>(
  handler: (
    request: NextRequest,
    given: { session: RequestSession<Data>; context: Context },
  ) => Promise<Response>,
): (request: NextRequest, context: Context) => Promise<Response> {
  return (request, context) =>
    sessions().fetch((_, { session }) => handler(request, { session, context }))(request);
}

/** Who it is, for Server Components: to look at, since no cookie can be set while they render. */
export const loadSession = cache(
  async (): Promise<Pick<Session<Data>, "userId" | "handle" | "data" | "expiresAt"> | null> => {
    const given = await headers();
    const { session } = sessions().begin({
      cookie: given.get("Cookie"),
      secure: true,
      client: { address: null, userAgent: given.get("User-Agent") },
    });
    return session.get();
  },
);

/** The answer to a form. What `redirect()` of next/navigation throws would leave without the cookie. */
export function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { Location: path } });
}
