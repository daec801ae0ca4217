import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { replicatedStore } from "@sojourn/replicated";

declare const SECRET: string;

const store = replicatedStore({
  primary: memoryStore({ replicable: true }),
  replicas: [memoryStore({ replicable: true })],
});
const sessions = createSessions({ store, secret: SECRET });

export default {
  fetch: sessions.fetch(async (request, { session }) => {
    if (request.method === "POST") await session.login("ada");
    return new Response((await session.get())?.userId ?? "nobody");
  }),
};
