import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import { createServer } from "node:http";
import { SECRET } from "../settings.js";

// Its README, "User login", and connect-redis' README.
export function start({ redis, gate }) {
  const app = express();
  app.use(
    session({
      ...(redis && { store: new RedisStore({ client: redis, prefix: "myapp:" }) }),
      resave: false,
      saveUninitialized: false,
      secret: SECRET,
    }),
  );
  app.get("/plain", (req, res) => res.send("plain"));
  app.get("/me", (req, res) => {
    const { user, count = 0 } = req.session;
    res.send(user ? `${user} ${count}` : "nobody");
  });
  app.post("/login/:user", (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error);
      req.session.user = req.params.user;
      req.session.save((failure) => (failure ? next(failure) : res.send("hello")));
    });
  });
  app.post("/count", (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1;
    res.send(`${req.session.count}`);
  });
  app.post("/set/:key", (req, res) => {
    req.session[req.params.key] = 1;
    res.send("set");
  });
  app.post("/slow/:key", async (req, res) => {
    await gate.pass();
    req.session[req.params.key] = 1;
    res.send("set");
  });
  app.get("/keys", (req, res) => {
    res.send(`${Object.keys(req.session).filter((key) => key.startsWith("k")).length}`);
  });
  app.post("/logout", (req, res, next) => {
    req.session.user = null;
    req.session.save((error) => {
      if (error) return next(error);
      req.session.regenerate((failure) => (failure ? next(failure) : res.send("bye")));
    });
  });
  return createServer(app);
}
