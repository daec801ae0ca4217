import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";

declare const SECRET: string;

const { onEvent, observe } = telemetry();
const sessions = createSessions({ store: observe(memoryStore()), secret: SECRET, onEvent });

export default {
  fetch: sessions.fetch(async (request, { session }) => {
    if (request.method === "POST") await session.login("ada");
    return new Response((await session.get())?.userId ?? "nobody");
  }),
};
