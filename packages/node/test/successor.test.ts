import type express5 from "express";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createStop } from "./bench.ts";
import { frameworks } from "./frameworks.ts";
import { ask, endless, goingOn, inPlace, PAGE, places, PRIVATE, serve } from "./refusal.ts";
import { createSite } from "./site.ts";

describe.each(places)("$name, $order compression", ({ name, order }) => {
  const cases = goingOn.flatMap(([title, handler]) =>
    inPlace.map(([way, answer]) => ({ title, handler, way, answer })),
  );

  test.each(cases)(
    "an error answered by $way arrives while the handler $title",
    async ({ handler, answer }) => {
      const parts = { name, order, handler };
      const port = await serve({ ...parts, instead: answer });
      const slowly = await serve({
        ...parts,
        async instead(res) {
          for (let n = 0; n < 10; n++) await turn();
          await answer(res);
        },
      });
      for (const each of [port, slowly]) {
        const { status, headers, body } = await ask(each);
        expect(status).toBe(503);
        expect(body === PAGE).toBe(true);
        expect(headers).not.toHaveProperty("set-cookie");
        expect(headers).not.toHaveProperty("location");
      }
    },
  );

  test.each(goingOn)("sojournErrors answers while the handler %s", async (_title, handler) => {
    const { status, body } = await ask(await serve({ name, order, handler }));
    expect({ status, body }).toEqual({ status: 503, body: '{"error":"store-unavailable"}' });
  });

  test("a handler is not heard before, during or after the answer that replaces its own", async () => {
    const before = createStop();
    const during = createStop();
    const late: unknown[] = [];
    const port = await serve({
      name,
      order,
      async handler(res) {
        const write = (when: string) => res.write(PRIVATE, () => late.push(when));
        res.write(PRIVATE);
        await before.reached;
        expect(write("before")).toBe(false);
        before.go();
        await during.reached;
        write("during");
        res.end(PRIVATE);
        const closed = once(res, "close");
        during.go();
        await closed;
        write("after");
      },
      async instead(res) {
        await before.wait();
        res.write("one ");
        await during.wait();
        res.end("two");
      },
    });
    const { status, body } = await ask(port);
    expect({ status, body }).toEqual({ status: 503, body: "one two" });
    await vi.waitFor(() => expect(late).toEqual(["before", "during", "after"]));
  });
});

describe.each(frameworks)("$name", ({ serveRaw }) => {
  test.each(goingOn)("the error arrives while the handler %s", async (_title, handler) => {
    const site = createSite();
    site.breakStore();
    const server = await serveRaw(site.sessions as never, async (req, res, session) => {
      (await session.getOrCreate()).data["key"] = "value";
      await handler(res, req);
    });
    onTestFinished(() => server.close());
    const { status, headers, body } = await ask(server.port);
    expect(status).toBe(503);
    expect(body).not.toContain("private");
    expect(headers).not.toHaveProperty("set-cookie");
  });
});

test("what a middleware keeps of an answer is dead with it, whoever makes it send that", async () => {
  const go = createStop();
  const port = await serve({
    order: "after",
    other(_req, res, next) {
      const { writeHead, write, end } = res;
      res.write = ((chunk: string) => {
        flush = () => {
          writeHead.call(res, 200, { "X-Kept": "1" });
          write.call(res, chunk, "utf8");
        };
        return write.call(res, chunk, "utf8");
      }) as typeof write;
      res.end = ((chunk: string) => end.call(res, chunk, "utf8")) as typeof end;
      let flush = () => {};
      Object.assign(res, { flush: () => flush() });
      next();
    },
    async handler(res) {
      res.write(PRIVATE);
      await go.reached;
      go.go();
    },
    async instead(res) {
      await go.wait();
      (res as unknown as { flush(): void }).flush();
      res.end("sorry");
    },
  });
  const { status, headers, body } = await ask(port);
  expect({ status, body }).toEqual({ status: 503, body: "sorry" });
  expect(headers).not.toHaveProperty("x-kept");
});

test.each(["Express 5", "Express 4"] as const)("%s: an error page by sendFile", async (name) => {
  for (const order of ["no", "before", "after"] as const) {
    const port = await serve({
      name,
      order,
      handler: (res) => void endless().pipe(res),
      instead: (res) => (res as express5.Response).sendFile(import.meta.filename),
    });
    const { status, body } = await ask(port);
    expect(status).toBe(503);
    expect(body).toContain("an error page by sendFile");
  }
});

test("a handler that fails for it does not break the answer that replaces its own", async () => {
  const failed = createStop();
  const port = await serve({
    async handler(res) {
      const { promise, reject } = Promise.withResolvers<void>();
      res.write(PRIVATE, (error) => reject(error));
      await promise.finally(() => failed.wait());
    },
    // Called a second time for what the handler has thrown.
    async instead(res) {
      await failed.reached;
      failed.go();
      for (let n = 0; n < 5; n++) await turn();
      res.setHeader("Content-Length", PAGE.length).end(PAGE);
    },
  });
  expect(await ask(port)).toMatchObject({ status: 503, body: PAGE });
});

test("a handler that destroys the response cuts the connection", async () => {
  const destroyed = createStop();
  const port = await serve({
    async handler(res) {
      res.write(PRIVATE);
      await destroyed.reached;
      res.destroy();
      destroyed.go();
    },
    async instead(res) {
      await destroyed.wait();
      res.end(PAGE);
    },
  });
  await expect(ask(port)).rejects.toThrow(/socket hang up/);
});
