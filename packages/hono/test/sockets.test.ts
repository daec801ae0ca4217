import { createSessions, type RequestSession } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { signedInClient } from "@sojourn/testing";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { sessions, type SessionVariables } from "../src/index.ts";
import { SECRET } from "./store.ts";

/** An application whose socket is open once its handler has answered, as platforms do it. */
async function open(status: number) {
  const ready = createSessions({ store: memoryStore(), secret: SECRET });
  let user: Awaited<ReturnType<RequestSession["requireUser"]>> | undefined;
  const app = new Hono<{ Variables: SessionVariables }>().use(sessions(ready));
  app.get("/socket", async (c) => {
    user = await c.var.session.requireUser();
    expect(user.signal.aborted).toBe(false);
    return new Response(null, { status });
  });
  const browser = await signedInClient(ready, "ada", (request) => app.fetch(request));
  const headers = { Upgrade: "websocket", Origin: "https://app.test" };
  await browser.get("/socket", { headers });
  return { ready, user: user as NonNullable<typeof user> };
}

it("a socket is told when its session ends, though its response is long over (J5)", async () => {
  const { ready, user } = await open(200);
  const { signal } = user;
  await ready.revokeAll("ada");
  expect(signal.aborted).toBe(true);
});

it("a socket that has closed says so, and is told nothing more", async () => {
  const { ready, user } = await open(200);
  const { signal } = user;
  user.unwatch();
  await ready.revokeAll("ada");
  expect(signal.aborted).toBe(false);
});

it("a handshake that was declined is no socket", async () => {
  const { ready, user } = await open(400);
  const { signal } = user;
  await ready.revokeAll("ada");
  expect(signal.aborted).toBe(false);
});
