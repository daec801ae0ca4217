// Sessions on Web standards, and nothing else.
import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

declare const SECRET: string;

const sessions = createSessions({ store: memoryStore(), secret: SECRET });

export default {
  fetch: sessions.fetch(async (request, { session }) => {
    if (request.method === "POST") await session.login("ada");
    return new Response((await session.get())?.userId ?? "nobody");
  }),
};
