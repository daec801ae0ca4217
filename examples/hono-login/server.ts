// Reads the environment, serves the application, and on SIGTERM or SIGINT ends what it has begun.
import { serve } from "@hono/node-server";
import { ConfigurationError, type Sessions } from "@sojourn/core";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { type Environment, environment } from "./environment.ts";
import { keptSessions } from "./kept-sessions.ts";
import { createLoginSessions, type LoginData } from "./login-sessions.ts";

/** What whoever starts this can mend is one sentence, not a stack trace. */
function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

interface Begun {
  readonly settings: Environment;
  readonly sessions: Sessions<LoginData>;
  close(): void;
}

async function begin(): Promise<Begun> {
  try {
    const settings = environment();
    const { store, secret, close } = await keptSessions(settings.file);
    const { timeouts } = settings;
    const sessions = createLoginSessions({ store, secret: settings.secret ?? secret, timeouts });
    return { settings, sessions, close };
  } catch (error) {
    if (error instanceof ConfigurationError) fail(error.message);
    throw error;
  }
}

/** Takes no new request, lets those under way finish, and then ends the process. */
function stopWhenAsked(server: Server, { sessions, close }: Begun): void {
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
    server.close(async () => {
      await sessions.drain();
      close();
      process.exit(0);
    });
    hangUpIfDone();
  }

  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

const begun = await begin();
const { sessions } = begun;
const { host, port, file, secret } = begun.settings;
const server = serve({ fetch: createApp(sessions).fetch, hostname: host, port }) as Server;
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
stopWhenAsked(server, begun);
// What has expired takes up room until it is swept.
setInterval(() => sessions.sweep().catch(console.error), 60_000).unref();
