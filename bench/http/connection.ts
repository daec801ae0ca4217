import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** Of all `Set-Cookie` headers, `name=value`. */
  readonly cookies: readonly string[];
  readonly body: string;
}

/** One connection to a server, kept open, for one request at a time. */
export interface Connection {
  /** Sends the bytes of a whole request. Rejects when the connection breaks, and never after a time. */
  send(request: string): Promise<Answer>;
  close(): void;
}

/** `GET /me` as it goes over the wire. */
export function requestText(method: string, path: string, cookie?: string): string {
  const length = method === "POST" ? "Content-Length: 0\r\n" : "";
  const cookies = cookie ? `Cookie: ${cookie}\r\n` : "";
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${length}${cookies}\r\n`;
}

/**
 * A client that does next to nothing, so that it is the server that is measured: it knows as much of
 * HTTP as the servers of this bench say.
 */
export function openConnection(port: number): Connection {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let waiting: PromiseWithResolvers<Answer> | undefined;
  let received = "";
  let failure: Error | undefined;

  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    const answer = parse(received);
    if (answer === undefined) return;
    received = "";
    const { resolve } = waiting as PromiseWithResolvers<Answer>;
    waiting = undefined;
    resolve(answer);
  });
  socket.on("error", (error) => (failure = error));
  socket.on("close", () => {
    failure ??= new Error("The server closed the connection.");
    waiting?.reject(failure);
  });

  return {
    send(request) {
      if (failure) return Promise.reject(failure);
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => void socket.destroy(),
  };
}

/** Undefined as long as it is not all there. */
function parse(text: string): Answer | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const body = bodyOf(head, text.slice(end + 4));
  if (body === undefined) return undefined;
  return { status: Number(head.slice(9, 12)), cookies: cookiesOf(head), body };
}

function bodyOf(head: string, rest: string): string | undefined {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return rest.length < Number(length) ? undefined : rest;
  if (!/^transfer-encoding: *chunked/im.test(head)) return rest;
  if (!rest.endsWith("0\r\n\r\n")) return undefined;
  return rest.replaceAll(/[\da-f]+\r\n([^\r]*)\r\n/gi, "$1").trimEnd();
}

function cookiesOf(head: string): string[] {
  if (!/^set-cookie:/im.test(head)) return [];
  return [...head.matchAll(/^set-cookie: *([^;\r]*)/gim)].map(([, cookie]) => cookie as string);
}
