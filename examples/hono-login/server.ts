// Reads the environment, serves the application, and on SIGTERM or SIGINT ends what it has begun.
import { ConfigurationError } from "@sojourn/core";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { begin, type Begun } from "./begin.ts";
import { type Environment, environment } from "./environment.ts";

/** What whoever starts this can mend is one sentence, not a stack trace. */
function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

async function begun(): Promise<Begun & { readonly settings: Environment }> {
  try {
    const settings = environment();
    return { settings, ...(await begin(settings)) };
  } catch (error) {
    if (error instanceof ConfigurationError) fail(error.message);
    throw error;
  }
}

/** Takes no new request, lets those under way finish, and then ends the process. */
function stopWhenAsked(server: Server, { leave, close }: Pick<Begun, "leave" | "close">): void {
  let underWay = 0;
  let stopping = false;

  server.on("request", (_request, response) => {
    underWay++;
    response.once("close", () => {
      underWay--;
      hangUpIfDone();
    });
  });

  // Browsers keep connections open, and also open some that they may never use.
  function hangUpIfDone(): void {
    if (stopping && underWay === 0) server.closeAllConnections();
  }

  function stop(): void {
    // A terminal signals every process of `npm start`, and npm passes it on: it may come twice.
    if (stopping) return;
    stopping = true;
    leave();
    server.close(async () => {
      await close();
      process.exit(0);
    });
    hangUpIfDone();
  }

  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

const { settings, listener, sweep, ...ending } = await begun();
const { host, port, file, secret } = settings;
const server = createServer(listener).listen(port, host);
server.on("listening", () => {
  const { port } = server.address() as AddressInfo;
  if (secret === null) {
    const kept =
      file === ":memory:" ? "this run uses one of its own" : "one is kept with the sessions";
    console.log(`SESSION_SECRET is not set: ${kept}.`);
  }
  // Browsers and curl keep a Secure cookie on http://localhost.
  const name = host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  console.log(`Listening on http://${name}:${port}`);
});
server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE") {
    fail(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm start`);
  }
  if (error.code === "EACCES") fail(`Port ${port} is not for this user. PORT=3000 npm start`);
  fail(`Cannot listen on ${host}:${port}: ${error.message}`);
});
stopWhenAsked(server, ending);
setInterval(() => sweep().catch(console.error), 60_000).unref();
