import type { Session, Sessions } from "@sojourn/core";
import { bun, type BunServer, deno, type DenoServeInfo, workers } from "../src/index.ts";
import { createContext } from "./runtime.ts";
import { admit, greet, type Socket, type SocketServer } from "./socket-stories.ts";

/** The parts of the runtimes' own APIs that sockets need. */
interface Runtimes {
  readonly Deno: {
    serve(
      options: { port: number; hostname: string; onListen(): void },
      handler: (request: Request, info: DenoServeInfo) => Promise<Response>,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
    upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response };
  };
  readonly Bun: {
    serve(options: {
      port: number;
      hostname: string;
      fetch(request: Request, server: UpgradingServer): Promise<Response | undefined>;
      websocket: {
        open(socket: BunSocket): void;
        message(): void;
        close(socket: BunSocket): void;
      };
    }): { readonly port: number; stop(closeActiveConnections: boolean): Promise<void> };
  };
  readonly WebSocketPair: Pair;
}

interface Accepted extends Socket {
  accept(): void;
}

type Pair = new () => { readonly 0: Accepted; readonly 1: Accepted };

interface UpgradingServer extends BunServer {
  upgrade(request: Request, options: { readonly data: SocketData }): boolean;
}

interface SocketData {
  readonly user: Session;
}

type BunSocket = Pick<Socket, "send" | "close"> & { readonly data: SocketData };

const { Deno, Bun, WebSocketPair } = globalThis as unknown as Runtimes;

export function serveOnDeno(sessions: Sessions): SocketServer {
  const handler = deno(sessions, async (request, given) => {
    const admitted = await admit(request, given);
    if ("page" in admitted) return admitted.page;
    const { user } = admitted;
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.addEventListener("open", () => greet(socket, user));
    socket.addEventListener("close", () => user.unwatch());
    return response;
  });
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(options, handler);
  const sockets: Socket[] = [];
  return served(server.addr.port, sockets, async () => {
    for (const socket of sockets) socket.close();
    await server.shutdown();
  });
}

export function serveOnBun(sessions: Sessions): SocketServer {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: bun(sessions, async (request, given: Parameters<typeof admit>[1] & Upgrading) => {
      const admitted = await admit(request, given);
      if ("page" in admitted) return admitted.page;
      const upgraded = given.server.upgrade(request, { data: admitted });
      return upgraded ? undefined : new Response("Not a handshake", { status: 400 });
    }),
    websocket: {
      open: (socket) => greet(socket, socket.data.user),
      message() {},
      close: (socket) => socket.data.user.unwatch(),
    },
  });
  return served(server.port, [], () => server.stop(true));
}

interface Upgrading {
  readonly server: UpgradingServer;
}

export function serveOnWorkerd(sessions: Sessions): SocketServer {
  const worker = workers(sessions, async (request, given) => {
    const admitted = await admit(request, given);
    if ("page" in admitted) return admitted.page;
    const { user } = admitted;
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.addEventListener("close", () => user.unwatch());
    ours.accept();
    greet(ours, user);
    return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
  });
  const origin = "https://app.test";
  const fetch = async (request: Request) => worker.fetch(request, {}, await createContext());

  return {
    origin,
    site: origin,
    fetch,
    async open(path, headers, onSocket) {
      const upgrade = { Upgrade: "websocket", ...headers };
      const response = await fetch(new Request(`${origin}${path}`, { headers: upgrade }));
      if (response.status !== 101) return null;
      const { webSocket } = response as Response & { readonly webSocket: Accepted };
      onSocket(webSocket);
      webSocket.accept();
      return webSocket;
    },
    close() {},
  };
}

type Open = new (url: string, options: { readonly headers: object }) => Socket;

function served(port: number, sockets: Socket[], close: () => Promise<void>): SocketServer {
  return {
    origin: `http://127.0.0.1:${port}`,
    site: `http://localhost:${port}`,
    fetch: (request) => fetch(new Request(request.url.replace("localhost", "127.0.0.1"), request)),
    open(path, headers, onSocket) {
      // No browser's: it may say what it likes.
      const socket = new (WebSocket as unknown as Open)(`ws://127.0.0.1:${port}${path}`, {
        headers,
      });
      sockets.push(socket);
      onSocket(socket);
      return socket;
    },
    close,
  };
}
