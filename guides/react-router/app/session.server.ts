import { createSessions, type RequestSession } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createContext, type MiddlewareFunction, redirect } from "react-router";

interface Data {
  tries?: number;
}

const sessions = createSessions<Data>({
  store: memoryStore(),
  secret: process.env.SESSION_SECRET,
});

/** In loaders and actions: `context.get(sessionContext)`. */
export const sessionContext = createContext<RequestSession<Data>>();

/** For the root route: every request has its session, and every response what that owes. */
export const sessionMiddleware: MiddlewareFunction<Response> = ({ request, context }, next) => {
  const handle = sessions.fetch((_request, { session }) => {
    context.set(sessionContext, session);
    return next();
  });
  return handle(request);
};

/** For routes of signed-in users. */
export const userMiddleware: MiddlewareFunction<Response> = async ({ context }) => {
  const session = await context.get(sessionContext).get();
  if (!session?.userId) throw redirect("/login", 303);
};
