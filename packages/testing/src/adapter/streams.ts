import type { RequestSession } from "@sojourn/core";
import { expect } from "vitest";
import { createClient } from "../client.ts";
import type { Routes } from "./app.ts";
import { ok, see } from "./look.ts";
import type { StoryData } from "./server.ts";
import type { Stage, Story } from "./stage.ts";

/** Invariant 13: a connection that stays open does not outlive its session (J5). */
export const streams: readonly Story[] = [
  {
    title: "invariant 13: an event stream ends when its session does, whoever ends it (J5)",
    async run(stage) {
      const signals: AbortSignal[] = [];
      const site = await stage.serve({ routes: streaming(signals) });
      const endings = [
        (browser: Browser) => ok(browser.copy().post("/logout")),
        (browser: Browser) => ok(browser.copy().post("/rotate")),
        async (browser: Browser) => site.sessions.revoke("ada", (await see(browser)).handle),
        async () => site.sessions.revokeAll("ada"),
      ];
      const other = await streamOf(site.browser(), "grace");
      for (const end of endings) {
        const browser = site.browser();
        const reader = await streamOf(browser, "ada");
        await end(browser);
        expect(await restOf(reader)).toBe("bye");
      }
      // It has heard nothing of that.
      expect(signals[0]?.aborted).toBe(false);
      await site.sessions.revokeAll("grace");
      expect(await restOf(other)).toBe("bye");
    },
  },
  {
    title: "invariant 13: once a response has left, or its client, nobody watches its session",
    async run(stage) {
      const signals: AbortSignal[] = [];
      const site = await stage.serve({ routes: streaming(signals) });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      for (const path of ["/poll", "/poll-nothing", "/poll-fails"]) {
        await (await browser.get(path)).text();
      }
      await createClient(site.fetch, { now: stage.clock.now }).get("/free");
      const reader = await streamOf(browser, null);
      await reader.cancel();
      await settled();
      await site.sessions.revokeAll("ada");
      await stage.settle();
      expect(signals.map((signal) => signal.aborted)).toEqual([false, false, false, false]);
    },
  },
];

type Browser = ReturnType<Awaited<ReturnType<Stage["serve"]>>["browser"]>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

function streaming(signals: AbortSignal[]): Routes {
  async function signalOf(session: RequestSession<StoryData>): Promise<AbortSignal> {
    const { signal } = await session.requireUser();
    signals.push(signal);
    return signal;
  }
  return {
    "GET /events": async (session) => {
      const signal = await signalOf(session);
      const utf8 = new TextEncoder();
      let cancelled = false;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(utf8.encode("hi"));
          signal.addEventListener("abort", () => {
            if (cancelled) return;
            controller.enqueue(utf8.encode("bye"));
            controller.close();
          });
        },
        cancel() {
          cancelled = true;
        },
      });
      return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
    },
    "GET /poll": async (session) => {
      await signalOf(session);
      return new Response("news");
    },
    "GET /poll-nothing": async (session) => {
      await signalOf(session);
      return new Response(null, { status: 204 });
    },
    "GET /poll-fails": async (session) => {
      await signalOf(session);
      return new Response("", { status: 500 });
    },
  };
}

/** Opens one, and waits for its first words. `userId`: who logs in before; null: nobody. */
async function streamOf(browser: Browser, userId: string | null): Promise<Reader> {
  if (userId !== null) await ok(browser.post(`/login?user=${userId}`));
  const { body } = await ok(browser.get("/events"));
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe("hi");
  return reader;
}

async function restOf(reader: Reader): Promise<string> {
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += new TextDecoder().decode(value);
  }
}

/** As long as a server takes to see that a connection has closed, on loopback. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setTimeout(next, 1));
}
