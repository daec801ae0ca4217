import { EventEmitter, once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createStop } from "./bench.ts";
import { type Answer, ask, PAGE, PARTS, PRIVATE, serve } from "./refusal.ts";

describe("an error handler that answers from a callback of somebody else", () => {
  afterEach(() => void vi.useRealTimers());

  /** An emitter that is known to nobody's request, so that it does not tell whose callbacks it calls. */
  function createElsewhere() {
    const emitter = new EventEmitter();
    const asked = Promise.withResolvers<void>();
    void asked.promise.then(() => emitter.emit("answer"));
    return {
      asked: asked.promise,
      call(callback: () => void) {
        emitter.once("answer", callback);
        asked.resolve();
      },
    };
  }

  const answers: [title: string, answer: Answer][] = [
    ["end", (res) => res.end(PAGE)],
    ["a head and end", (res) => res.setHeader("Content-Length", PAGE.length).end(PAGE)],
    ["a pipe", (res) => Readable.from(PARTS).pipe(res)],
  ];

  /** Lets time pass until it is there. */
  async function passing<T>(answered: Promise<T>): Promise<T> {
    let settled = false;
    answered.finally(() => (settled = true)).catch(() => {});
    while (!settled) {
      vi.advanceTimersByTime(1_000);
      await turn();
    }
    return answered;
  }

  describe.each(["no", "before", "after"] as const)("%s compression", (order) => {
    test.each(answers)(
      "by %s is not heard, and the error answers for itself",
      async (_, answer) => {
        vi.useFakeTimers({ toFake: ["setTimeout"] });
        const elsewhere = createElsewhere();
        const port = await serve({
          order,
          handler: (res) => void res.write(PRIVATE),
          instead: (res) => elsewhere.call(() => answer(res, res.req)),
        });
        const answered = ask(port);
        await elsewhere.asked;
        expect(await passing(answered)).toMatchObject({
          status: 503,
          body: '{"error":"store-unavailable"}',
        });
      },
    );
  });

  test("after it has begun is cut off", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const elsewhere = createElsewhere();
    const port = await serve({
      handler: (res) => void res.write(PRIVATE),
      instead(res) {
        res.writeHead(503).write("one ");
        elsewhere.call(() => res.end("two"));
      },
    });
    const answered = ask(port);
    await elsewhere.asked;
    await expect(passing(answered)).rejects.toThrow(/aborted|hang up/);
  });
});

describe("an error handler that takes its time", () => {
  afterEach(() => void vi.useRealTimers());

  test("is heard to its end, whatever the handler does meanwhile", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const steps = Array.from({ length: 4 }, createStop);
    const port = await serve({
      async handler(res) {
        res.write(PRIVATE);
        for (const step of steps) {
          await step.reached;
          res.write(PRIVATE);
          vi.advanceTimersByTime(1_500);
          step.go();
        }
      },
      async instead(res) {
        for (const [n, step] of steps.entries()) {
          await step.wait();
          res.write(`${n} `);
        }
        res.end();
      },
    });
    expect(await ask(port)).toMatchObject({ status: 503, body: "0 1 2 3 " });
  });

  test("is heard to its end by a client that reads slowly", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const part = Buffer.alloc(1 << 20);
    const full = Promise.withResolvers<void>();
    const port = await serve({
      async handler(res) {
        res.write(PRIVATE);
        await full.promise;
        res.write(PRIVATE);
        vi.advanceTimersByTime(10_000);
      },
      async instead(res) {
        for (let n = 0; n < 32; n++) {
          if (res.write(part)) continue;
          // More than the sockets of both sides take.
          if (n === 31) full.resolve();
          await once(res, "drain");
        }
        res.end();
      },
    });
    const [incoming] = (await once(request({ port }).end(), "response")) as [IncomingMessage];
    expect((await buffer(incoming)).length).toBe(32 << 20);
  });

  test("is too late once the error has answered for itself", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const late = createStop();
    const port = await serve({
      async handler(res) {
        res.write(PRIVATE);
        await late.reached;
        res.write(PRIVATE);
        vi.advanceTimersByTime(2_000);
        late.go();
      },
      async instead(res) {
        await late.wait();
        res.statusCode = 500;
        res.end("late");
      },
    });
    expect(await ask(port)).toMatchObject({ status: 503, body: '{"error":"store-unavailable"}' });
  });
});
