import express from "express";
import { createServer } from "node:http";
import { createByHand } from "../by-hand.js";

export function start({ redis }) {
  const sessions = createByHand(redis);
  const idOf = (req) => sessions.idOf(req.headers.cookie);
  const app = express();
  app.get("/plain", (req, res) => res.send("plain"));
  app.get("/me", async (req, res) => {
    const session = await sessions.get(idOf(req));
    res.send(session?.userId ? `${session.userId} ${session.count ?? 0}` : "nobody");
  });
  app.post("/login/:user", async (req, res) => {
    const id = sessions.newId();
    await sessions.set(id, { userId: req.params.user });
    res.set("Set-Cookie", sessions.cookie(id)).send("hello");
  });
  app.post("/count", async (req, res) => {
    const session = await sessions.get(idOf(req));
    session.count = (session.count ?? 0) + 1;
    await sessions.set(idOf(req), session);
    res.send(`${session.count}`);
  });
  app.post("/logout", async (req, res) => {
    await sessions.delete(idOf(req));
    res.set("Set-Cookie", `${sessions.cookie("")}; Max-Age=0`).send("bye");
  });
  return createServer(app);
}
