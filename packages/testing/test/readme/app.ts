import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

export const sessions = createSessions({
  store: memoryStore(),
  secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
});

/** The application that the README's tests are of. */
export const app = sessions.fetch(async (request, { session }) => {
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "GET /orders":
      return new Response(`${(await session.requireUser()).userId}'s orders`);
    case "POST /logout":
      await session.logout();
      return new Response("Bye.");
    default:
      return new Response("Not here.", { status: 404 });
  }
});
