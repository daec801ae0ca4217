import { connect as connectSocket } from "node:net";

export type Argument = string | number | Uint8Array;
/** As Redis sent it (RESP2). Text that the server stores is bytes; an error inside an array is a value. */
export type Reply = Buffer | string | number | null | RedisError | Reply[];

/** Redis answered with an error. Its message begins with the code, as in "NOSCRIPT ...". */
export class RedisError extends Error {
  override readonly name = "RedisError";
}

export interface Connection {
  /** One command, or what one asks of a connection. Rejects with what Redis or the network says. */
  send(...command: Argument[]): Promise<Reply>;
  /** By either side; `send` rejects. */
  readonly closed: boolean;
  close(): void;
}

interface Parsed {
  readonly reply: Reply;
  readonly next: number;
}

/** The reply that begins at `at`; undefined if it isn't all there yet. */
function parse(bytes: Buffer, at: number): Parsed | undefined {
  const end = bytes.indexOf("\r\n", at);
  if (end === -1) return undefined;
  const line = bytes.toString("utf8", at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case "+":
      return { reply: line, next };
    case "-":
      return { reply: new RedisError(line), next };
    case ":":
      return { reply: Number(line), next };
    case "$": {
      if (line === "-1") return { reply: null, next };
      const stop = next + Number(line);
      if (bytes.length < stop + 2) return undefined;
      return { reply: Buffer.from(bytes.subarray(next, stop)), next: stop + 2 };
    }
    case "*":
      return line === "-1" ? { reply: null, next } : parseArray(bytes, next, Number(line));
    default:
      throw new Error(`Not RESP2: ${line}`);
  }
}

function parseArray(bytes: Buffer, at: number, length: number): Parsed | undefined {
  const reply: Reply[] = [];
  let next = at;
  while (reply.length < length) {
    const item = parse(bytes, next);
    if (item === undefined) return undefined;
    reply.push(item.reply);
    next = item.next;
  }
  return { reply, next };
}

function encode(command: Argument[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${command.length}\r\n`)];
  for (const argument of command) {
    const bytes = typeof argument === "object" ? argument : Buffer.from(String(argument));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"));
  }
  return Buffer.concat(parts);
}

/** A connection of its own to Redis. `onPush` is given what nobody has asked for: messages. */
export function connect(port: number, onPush?: (reply: Reply) => void): Connection {
  const socket = connectSocket({ port, host: "127.0.0.1", noDelay: true });
  const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  let received: Buffer = Buffer.alloc(0);
  let failure: Error | undefined;

  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let parsed = parse(received, 0); parsed; parsed = parse(received, 0)) {
      received = received.subarray(parsed.next);
      const { reply } = parsed;
      const asked = waiting.shift();
      if (asked === undefined) onPush?.(reply);
      else if (reply instanceof RedisError) asked.reject(reply);
      else asked.resolve(reply);
    }
  });
  socket.on("error", (error) => (failure = error));
  socket.on("close", () => {
    failure ??= new Error(`Redis on port ${port} closed the connection.`);
    for (const { reject } of waiting.splice(0)) reject(failure);
  });

  return {
    send(...command) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ resolve, reject });
        socket.write(encode(command));
      });
    },
    get closed() {
      return socket.destroyed;
    },
    close: () => void socket.destroy(),
  };
}

/** One command on a connection of its own. Rejects if there is no answer for a second. */
export async function ask(port: number, ...command: Argument[]): Promise<Reply> {
  const connection = connect(port);
  const timer = setTimeout(() => connection.close(), 1000);
  try {
    return await connection.send(...command);
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

/** `ask`, where the answer is text. */
export async function askText(port: number, ...command: Argument[]): Promise<string> {
  return String(await ask(port, ...command));
}
