import type { RequestSession } from "@sojourn/core";
import { type SessionHandler, withSessions } from "@sojourn/node";
import type { StoryData } from "@sojourn/testing/suites";
import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect } from "vitest";
import { listen, type Running } from "./server.ts";
import { createSite } from "./site.ts";

/** For each test a site of its own on node:http, from which no error may stray. */
export function useBench() {
  let site = createSite();
  let running: Running | undefined;
  const strays: unknown[] = [];
  const noteStray = (error: unknown) => void strays.push(error);

  beforeEach(() => {
    site = createSite();
    process.on("uncaughtException", noteStray).on("unhandledRejection", noteStray);
  });

  afterEach(async () => {
    await running?.close();
    process.off("uncaughtException", noteStray).off("unhandledRejection", noteStray);
    expect(strays.splice(0)).toEqual([]);
  });

  return {
    get store() {
      return site.store;
    },
    get sessions() {
      return site.sessions;
    },
    get server(): Server {
      return (running as Running).server;
    },
    breakStore: () => site.breakStore(),
    /** Gives the port. */
    async serve(handler: SessionHandler<StoryData>): Promise<number> {
      running = await listen(withSessions(site.sessions, handler));
      return running.port;
    },
  };
}

export async function get(port: number, options: RequestOptions = {}) {
  const outgoing = request({ port, ...options }).end();
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const { statusCode: status, statusMessage: message, headers } = incoming;
  return { status, message, headers, body: await text(incoming) };
}

export async function write(session: RequestSession<StoryData>): Promise<void> {
  (await session.getOrCreate()).data["key"] = "value";
}

/** A place to stop at until told to go on. */
export function createStop() {
  const reached = Promise.withResolvers<void>();
  const passed = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    go: () => passed.resolve(),
    wait() {
      reached.resolve();
      return passed.promise;
    },
  };
}
