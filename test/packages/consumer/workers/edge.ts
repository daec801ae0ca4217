import { workers } from "@sojourn/edge";
import { memoryStore } from "@sojourn/memory";

declare const SECRET: string;

const options = { store: memoryStore(), secret: SECRET };

export default workers(options, async (request, { session }) => {
  if (request.method === "POST") await session.login("ada");
  return new Response((await session.get())?.userId ?? "nobody");
});
