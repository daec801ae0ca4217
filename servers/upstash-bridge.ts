import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "./free-port.ts";
import { connect, type Connection, type Reply } from "./resp.ts";
import { answer, type Answer } from "./upstash-commands.ts";

export interface UpstashBridgeOptions {
  /** What a client must send. */
  readonly token: string;
}

/** Where to send requests, and with which token: as `new Redis({ url, token })` takes it. */
export interface UpstashAddress {
  readonly url: string;
  readonly token: string;
}

/** Speaks to @upstash/redis as Upstash does, in front of a redis-server, and fails when told to. */
export interface UpstashBridge extends UpstashAddress {
  readonly port: number;
  /** How many HTTP requests have come. */
  readonly requests: number;
  /** How many commands have gone to Redis, each of a pipeline or a transaction counted. */
  readonly commands: number;
  /** Sets the counters to zero. */
  reset(): void;
  /** Answers everything with this, and Redis is not asked. A body that isn't JSON is sent as HTML. */
  failWith(status: number, body: string): void;
  /** Answers nothing; of "after" the command is carried out. `heal` closes what hangs. */
  hang(when?: "before" | "after"): void;
  /** Carries the command out, and breaks off in the middle of the answer. */
  truncate(): void;
  /** Ends every fault. */
  heal(): void;
  stop(): Promise<void>;
}

type Fault =
  | { readonly kind: "fail"; readonly status: number; readonly body: string }
  | { readonly kind: "hang before" | "hang after" | "truncate" };

/** Starts the HTTP server. The port may be a function, which is called at the first request. */
export async function startUpstashBridge(
  redisPort: number | (() => Promise<number>),
  { token }: UpstashBridgeOptions,
): Promise<UpstashBridge> {
  let requests = 0;
  let commands = 0;
  let fault: Fault | undefined;
  let redis: Connection | undefined;
  const hanging = new Set<ServerResponse>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++;
    // As it was when the request came, also if that is healed meanwhile.
    const met = fault;
    const body = await text(request);
    if (met?.kind === "fail") return fail(response, met.status, met.body);
    if (met?.kind === "hang before") return hang(response, met);
    if (request.headers.authorization !== `Bearer ${token}`) {
      return send(response, 401, { error: "WRONGPASS invalid or missing auth token" });
    }
    if (request.method !== "POST") return send(response, 405, { error: "ERR expected POST" });
    const port = typeof redisPort === "number" ? redisPort : await redisPort();
    const [, verb = "", ...channels] = (request.url ?? "").split("/").map(decodeURIComponent);
    if (verb.endsWith("subscribe")) return subscribe(response, port, verb, channels);

    if (redis === undefined || redis.closed) redis = connect(port);
    const answered = await answer(redis, {
      path: request.url ?? "",
      json: JSON.parse(body),
      encoding: request.headers["upstash-encoding"] === "base64" ? "base64" : "utf8",
      count: (added) => (commands += added),
    });
    if (met?.kind === "hang after") return hang(response, met);
    // The client sends it with its next request, to read what it has written. One server: no matter.
    response.setHeader("Upstash-Sync-Token", `${commands}`);
    if (met?.kind === "truncate") return truncate(response, answered);
    send(response, "error" in answered ? 400 : 200, answered);
  }

  function hang(response: ServerResponse, met: Fault): void {
    if (met === fault) hanging.add(response);
    else breakOff(response);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, { error: `ERR ${error instanceof Error ? error.message : error}` });
    });
  });
  // Else it closes an idle connection just when a client has sent a request on it.
  server.keepAliveTimeout = 0;
  const port = await listen(server);
  server.unref();

  return {
    url: `http://127.0.0.1:${port}`,
    token,
    port,
    get requests() {
      return requests;
    },
    get commands() {
      return commands;
    },
    reset() {
      requests = commands = 0;
    },
    failWith: (status, body) => void (fault = { kind: "fail", status, body }),
    hang: (when = "before") => void (fault = { kind: `hang ${when}` }),
    truncate: () => void (fault = { kind: "truncate" }),
    heal() {
      fault = undefined;
      for (const response of hanging) breakOff(response);
      hanging.clear();
    },
    async stop() {
      server.closeAllConnections();
      redis?.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: Answer | Answer[]): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, body: string): void {
  const type = body.startsWith("{") ? "application/json" : "text/html";
  response.writeHead(status, { "Content-Type": type }).end(body);
}

/** Not `response.destroy()`: on Bun that is an answer, empty and with status 200. */
function breakOff({ socket }: ServerResponse): void {
  socket?.resetAndDestroy();
}

function truncate(response: ServerResponse, body: Answer | Answer[]): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
}

/** Server-sent events, each "message,channel,text". */
function subscribe(
  response: ServerResponse,
  port: number,
  verb: string,
  channels: readonly string[],
): void {
  function push(reply: Reply): void {
    const fields = (reply as Reply[]).map(String).join(",");
    response.write(`data: ${fields.replaceAll("\n", "\ndata: ")}\n\n`);
  }
  const redis = connect(port, push);
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.on("close", () => redis.close());
  redis.send(verb.toUpperCase(), ...channels).then(push, () => response.destroy());
}
