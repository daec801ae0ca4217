import { sessions, sojournErrors } from "@sojourn/node/express";
import express5, { type ErrorRequestHandler, type Router } from "express";
import express4 from "express4";
import { describe, expect, test } from "vitest";
import { signedInCookie } from "@sojourn/testing";
import { listen } from "./server.ts";
import { clientOf, createSite } from "./site.ts";

describe.each([
  ["Express 5", express5],
  ["Express 4", express4 as unknown as typeof express5],
])("%s", (_name, express) => {
  function createApp() {
    const site = createSite();
    const session = sessions(site.sessions);
    const app = express();
    app.use(session);
    return { ...site, session, app };
  }

  test("the error handler of an inner router hears first that saving failed", async () => {
    const { app, session, breakStore } = createApp();
    const heard: string[] = [];
    const hear = (where: string): ErrorRequestHandler => {
      return (error, _req, _res, next) => {
        heard.push(`${where}: ${error.code}`);
        next(error);
      };
    };
    const router: Router = express.Router();
    router.get("/write", (req, res, next) => {
      session
        .of(req)
        .getOrCreate()
        .then(({ data }) => {
          data["key"] = "value";
          res.json({});
        })
        .catch(next);
    });
    router.use(hear("inner"));
    app.use("/in", router);
    app.use(hear("outer"), sojournErrors);
    breakStore();
    const get = clientOf(await listen(app));
    expect(await get("/in/write")).toMatchObject({ status: 503 });
    expect(heard).toEqual(["inner: store-unavailable", "outer: store-unavailable"]);
  });

  test("sendFile, conditional requests and HEAD", async () => {
    const { app, session, sessions: made } = createApp();
    app.get("/file", session.requireUser(), (_req, res) => {
      res.sendFile(import.meta.filename);
    });
    app.get("/json", session.requireUser(), (req, res) => {
      res.json(session.userOf(req).userId);
    });
    const get = clientOf(await listen(app));
    const headers = { Cookie: await signedInCookie(made, "ada") };
    const file = await get("/file", { headers });
    expect(file.body).toContain("conditional requests");
    expect(file.headers.get("Cache-Control")).toBe("private, max-age=0");
    const json = await get("/json", { headers });
    expect(json).toMatchObject({ status: 200, body: '"ada"' });
    const etag = json.headers.get("ETag") as string;
    const again = await get("/json", { headers: { ...headers, "If-None-Match": etag } });
    expect(again).toMatchObject({ status: 304, body: "" });
    const head = await get("/json", { headers, method: "HEAD" });
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers.get("Content-Length")).toBe("5");
  });

  test("a second answer is the error that it is without sessions", async () => {
    const { app, session } = createApp();
    const codes: unknown[] = [];
    app.get("/", (req, res, next) => {
      session
        .of(req)
        .getOrCreate()
        .then(({ data }) => {
          data["key"] = "value";
          res.json("first");
          res.json("second, and longer");
        })
        .catch(next);
    });
    const last: ErrorRequestHandler = (error, _req, res, _next) => {
      codes.push(error.code, res.headersSent);
    };
    app.use(last);
    const get = clientOf(await listen(app));
    expect(await get("/")).toMatchObject({ status: 200, body: '"first"' });
    expect(codes).toEqual(["ERR_HTTP_HEADERS_SENT", true]);
  });

  test("what is thrown in the middle of an answer goes to the last error handler as it is", async () => {
    const { app, session } = createApp();
    const heard: unknown[] = [];
    app.get("/", (req, res, next) => {
      res.write("half");
      session.of(req).get().catch(next);
    });
    const last: ErrorRequestHandler = (error, _req, res, _next) => {
      heard.push(error.code);
      res.end();
    };
    app.use(sojournErrors, last);
    const get = clientOf(await listen(app));
    expect((await get("/")).body).toBe("half");
    expect(heard).toEqual(["headers-sent"]);
  });

  test("mounted after the headers have left, it says so", async () => {
    const { sessions: made, store } = createSite();
    const session = sessions(made);
    const app = express();
    app.use((_req, res, next) => {
      res.write("code: ");
      next();
    });
    app.use(session);
    app.get("/", (req, res) => {
      session
        .of(req)
        .get()
        .catch((error) => res.end(error.code));
    });
    const get = clientOf(await listen(app));
    expect(await get("/")).toMatchObject({ status: 200, body: "code: headers-sent" });
    expect(store.calls).toEqual([]);
  });

  test("a name that is taken is told to the error handler", async () => {
    const { app, sessions: made } = createApp();
    app.use(sessions(made));
    const heard: unknown[] = [];
    const last: ErrorRequestHandler = (error, _req, res, _next) => {
      heard.push(error.message);
      res.status(500).end();
    };
    app.use(last);
    const get = clientOf(await listen(app));
    expect((await get("/")).status).toBe(500);
    expect(heard).toEqual([expect.stringContaining('{ as: "admin" }')]);
  });

  test("asked for where the middleware is not mounted, it says so", async () => {
    const app = express();
    const { sessions: made } = createSite();
    const session = sessions(made);
    const told: unknown[] = [];
    app.get("/", (req, res) => {
      for (const ask of [session.of, session.userOf]) {
        try {
          ask(req);
        } catch (error) {
          told.push((error as { code: string }).code);
        }
      }
      res.end();
    });
    const get = clientOf(await listen(app));
    await get("/");
    expect(told).toEqual(["configuration", "configuration"]);
  });
});
