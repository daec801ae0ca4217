import { createSessions } from "@sojourn/core";
import { workers, type WorkersContext } from "@sojourn/edge";
import { memoryStore } from "@sojourn/memory";

interface WorkerSocket extends WebSocket {
  accept(): void;
}

const { WebSocketPair } = globalThis as unknown as {
  readonly WebSocketPair: new () => { readonly 0: WorkerSocket; readonly 1: WorkerSocket };
};

const secret = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
// Nobody looks while a test runs: what is heard is told.
const sessions = createSessions({ store: memoryStore(), secret, revalidate: "1h" });

/** A Worker with a login, a logout and a socket. */
export const worker: {
  fetch(request: Request, env: unknown, ctx: WorkersContext): Promise<Response>;
} = workers(sessions, async (request, { session }) => {
  switch (new URL(request.url).pathname) {
    case "/login":
      await session.login("ada");
      return new Response("in");
    case "/logout":
      await session.logout();
      return new Response("out");
    default: {
      const user = await session.requireUser();
      const { 0: theirs, 1: ours } = new WebSocketPair();
      ours.accept();
      ours.send(user.userId);
      user.signal.addEventListener("abort", () => ours.close(4001));
      ours.addEventListener("close", () => user.unwatch());
      return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
    }
  }
});
