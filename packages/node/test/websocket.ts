import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Duplex } from "node:stream";

/** RFC 6455 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The server's side of a WebSocket, as much of RFC 6455 as a test needs. */
export interface ServerSocket {
  send(message: string): void;
  close(code: number): void;
}

export function accept(req: IncomingMessage, socket: Duplex): ServerSocket {
  const key = `${req.headers["sec-websocket-key"]}${GUID}`;
  const head = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);

  function send(opcode: number, payload: Uint8Array): void {
    socket.write(Buffer.concat([Buffer.of(0x80 | opcode, payload.length), payload]));
  }

  // The other side says goodbye, or answers ours.
  socket.on("data", (frame: Buffer) => {
    if (((frame[0] as number) & 0x0f) !== 8) return;
    if (!socket.writableEnded) socket.end(Buffer.of(0x88, 0));
  });
  socket.on("end", () => socket.end());
  return {
    send: (message) => send(1, Buffer.from(message)),
    close: (code) => send(8, Buffer.of(code >> 8, code & 0xff)),
  };
}

/** The client's side: the runtime's own. */
export interface ClientSocket {
  /** Resolves with its first message; rejects where it does not open. */
  readonly greeting: Promise<string>;
  /** Resolves with the code with which it closed. */
  readonly closed: Promise<number>;
  readonly isOpen: boolean;
  close(): void;
}

type Headers = Readonly<Record<string, string>>;
type Open = new (url: string, options: { readonly headers: Headers }) => WebSocket;

export function openSocket(url: string, headers: Headers): ClientSocket {
  // Not a browser's: it may say what it likes.
  const socket = new (WebSocket as unknown as Open)(url, { headers });
  const greeting = new Promise<string>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true });
    socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
  });
  greeting.catch(() => {});
  return {
    greeting,
    closed: new Promise((resolve) => {
      socket.addEventListener("close", ({ code }) => resolve(code), { once: true });
    }),
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    close: () => socket.close(),
  };
}

/** What is answered to a handshake: 101, and the connection is broken off, or something else. */
export async function handshake(port: number, path: string, headers: Headers) {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
  };
  const sent = request({ port, host: "127.0.0.1", path, headers: { ...upgrade, ...headers } });
  sent.end();
  const answered = await Promise.race([once(sent, "response"), once(sent, "upgrade")]);
  const [incoming] = answered as [IncomingMessage];
  const { statusCode: status, headers: told } = incoming;
  if (status === 101) {
    incoming.socket.destroy();
    return { status, headers: told, body: "", closed: Promise.resolve() };
  }
  // By the server: the client would keep the connection.
  const closed = once(incoming.socket, "close");
  return { status, headers: told, body: await text(incoming), closed };
}
