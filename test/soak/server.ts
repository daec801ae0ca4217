// One process of the soak: a real HTTP server on the Redis that all share. It is forked, and ends with
// the process that forked it.
import { createSessions, type SessionEvent } from "@sojourn/core";
import { withSessions } from "@sojourn/node";
import { churn, guessing, hijacking, manySessions, newDevice, watch } from "@sojourn/watch";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../bench/redis/clients.ts";
import type { FromServer, Look, ToServer } from "./protocol.ts";

const { SOAK_REDIS_PORT, SOAK_SECRET } = process.env;

const events: Record<string, number> = {};
const { store, close } = await connect("ioredis", [Number(SOAK_REDIS_PORT)]);

const watcher = watch({
  detectors: [guessing(), hijacking(), newDevice(), churn(), manySessions({ most: 20 })],
  shared: store.powers,
  onEvent(event: SessionEvent) {
    events[event.type] = (events[event.type] ?? 0) + 1;
    if (event.type === "alert") tell({ say: "alert", alert: event });
  },
});

const sessions = watcher.use(
  createSessions<Record<string, number>>({
    store,
    secret: SOAK_SECRET,
    onEvent: watcher.onEvent,
    throttle: watcher.throttle,
    // So short that minutes of it see what else takes a day.
    timeouts: { idle: "5m", absolute: "12h", renewal: "6s", grace: "3s", touch: "1s" },
  }),
);

const server = createServer(
  withSessions(
    sessions,
    async (req, res, session) => {
      const { pathname, searchParams } = new URL(req.url ?? "/", "http://localhost");
      const user = searchParams.get("user") ?? "";
      const key = searchParams.get("key") ?? "";
      switch (`${req.method} ${pathname}`) {
        case "GET /me": {
          const found = await session.get();
          if (found === null) return answer(res, 401, { user: null });
          const { userId, data } = found;
          return answer(res, userId === null ? 401 : 200, { user: userId, data });
        }
        case "POST /basket":
          // An anonymous session, in which something is written.
          await session.update((data) => void (data["basket"] = 1));
          return answer(res, 200, {});
        case "POST /login":
          await session.login(user, { carry: ["basket"] });
          return answer(res, 200, {});
        case "POST /add": {
          const found = await session.requireUser();
          return answer(res, 200, {
            value: await found.update((data) => (data[key] = (data[key] ?? 0) + 1)),
          });
        }
        case "POST /set": {
          // A key of its own, written without being read.
          const found = await session.requireUser();
          found.data[key] = Number(searchParams.get("value"));
          return answer(res, 200, {});
        }
        case "POST /logout":
          await session.logout();
          return answer(res, 200, {});
        case "POST /password": {
          const { userId } = await session.requireUser();
          return answer(res, 200, { ended: await session.onCredentialChange(userId) });
        }
        default:
          return answer(res, 404, {});
      }
    },
    // The soak says which address a request comes from, as a proxy does.
    { trustProxy: ["loopback"] },
  ),
);

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function tell(message: FromServer): void {
  process.send?.(message);
}

async function look(): Promise<Look> {
  const { gc } = globalThis;
  // The second one takes what finalizers have let go.
  gc?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed: heap } = process.memoryUsage();
  return { heap, entries: watcher.entries, cpu: (user + system) / 1e6, events };
}

process.on("message", async ({ ask, id }: ToServer) => {
  if (ask === "finish") {
    await sessions.drain();
    await watcher.drain();
  }
  tell({ say: "answer", id, look: await look() });
});

process.on("disconnect", () => {
  watcher.close();
  server.close();
  server.closeAllConnections();
  void close();
});

// Longer than any connection of the soak stays unused: a request on one that closes just then is lost.
server.keepAliveTimeout = 3_600_000;
server.listen(0, "127.0.0.1", () => {
  tell({ say: "listening", port: (server.address() as AddressInfo).port });
});
