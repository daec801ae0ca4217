import { bun, deno, workers } from "@sojourn/edge";
import { memoryStore } from "@sojourn/memory";

interface Env {
  readonly SESSION_SECRET: string;
}

const store = memoryStore();
const options = { store, secret: "secret" };

export const worker = workers(
  (env: Env) => ({ store, secret: env.SESSION_SECRET }),
  async (_request, { session, env, ctx }) => {
    ctx.waitUntil(Promise.resolve(env.SESSION_SECRET));
    return new Response((await session.requireUser()).userId);
  },
);
export const onDeno = deno(options, (_request, { client }) => new Response(client.address));
export const onBun = bun(options, async (_request, { session }) => {
  // @ts-expect-error Nobody may be signed in.
  return new Response((await session.get()).userId);
});
