import { createSessions } from "@sojourn/core";
import { upstashStore } from "@sojourn/upstash";
import { Redis } from "@upstash/redis/cloudflare";

declare const SECRET: string;

const client = new Redis({ url: "https://example.upstash.io", token: "token" });
const sessions = createSessions({ store: upstashStore(client), secret: SECRET });

export default {
  fetch: sessions.fetch(async (_request, { session }) => {
    return new Response((await session.get())?.userId ?? "nobody");
  }),
};
