import { createSessions } from "@sojourn/core";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { frameworks, type RawHandler } from "./frameworks.ts";
import { secret } from "./secret.ts";
import { listen, type Running } from "./server.ts";
import { testStore } from "./store.ts";
import { type Way, ways } from "./ways.ts";

/** What a client sees of an answer, and the program of itself. */
async function observe(port: number, title: string, seen: unknown[]) {
  const hints: unknown[] = [];
  const outgoing = request({ port, path: `/${encodeURIComponent(title)}` }).end();
  outgoing.on("information", ({ statusCode }) => hints.push(statusCode));
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const received = Date.now();
  const body = await text(incoming);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { statusCode, statusMessage, rawHeaders, trailers } = incoming;
  const headers = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : [],
  );
  const cookies = headers.filter((header) => header.startsWith("Set-Cookie: __Host-"));
  const answer = {
    hints,
    status: [statusCode, statusMessage],
    headers: headers
      .filter((header) => !cookies.includes(header) && !/^(Date|Vary|Cache-Control):/.test(header))
      .sort(),
    body,
    trailers,
    seen,
  };
  return { answer, cookies, received };
}

/** Serves all ways, by the path of the request. `before` may ask for the session. */
function handlerOf(seenBy: Map<string, unknown[]>, before: RawHandler): RawHandler {
  return async (req, res, session) => {
    const title = decodeURIComponent((req.url as string).slice(1));
    const way = ways.find((each) => each.title === title) as Way;
    await before(req, res, session);
    await way.run(res, seenBy.get(title) as unknown[]);
  };
}

describe.each(frameworks)(
  "$name: the session is saved before the headers leave",
  ({ name, serveRaw }) => {
    const servers: Running[] = [];
    const seen = new Map<string, unknown[]>();
    afterAll(() => Promise.all(servers.map((server) => server.close())));

    async function serveOnce(start: () => Promise<Running>): Promise<number> {
      const server = await start();
      servers.push(server);
      return server.port;
    }

    const store = testStore();
    let stored = 0;
    store.before = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      stored = Date.now();
    };
    const sessions = createSessions({ store, secret });

    const asking = serveOnce(() =>
      serveRaw(
        sessions,
        handlerOf(seen, async (_req, _res, session) => {
          (await session.getOrCreate()).data["way"] = "taken";
        }),
      ),
    );
    const notAsking = serveOnce(() =>
      serveRaw(
        sessions,
        handlerOf(seen, () => {}),
      ),
    );
    const without = serveOnce(() =>
      name === "node:http"
        ? listen((req, res) => void handlerOf(seen, () => {})(req, res, undefined as never))
        : serveRaw(
            sessions,
            handlerOf(seen, () => {}),
          ),
    );

    test.each(ways)("$title", async ({ title }) => {
      async function answerOf(port: number) {
        const own: unknown[] = [];
        seen.set(title, own);
        return observe(port, title, own);
      }
      const plain = await answerOf(await without);
      const unasked = await answerOf(await notAsking);
      stored = 0;
      const asked = await answerOf(await asking);

      expect(unasked.answer).toEqual(plain.answer);
      expect(unasked.cookies).toEqual([]);
      expect(asked.answer).toEqual(plain.answer);
      expect(asked.cookies).toHaveLength(1);
      expect(stored).toBeGreaterThan(0);
      expect(stored).toBeLessThanOrEqual(asked.received);
    });
  },
);
