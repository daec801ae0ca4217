import { sessions, sojournErrors } from "@sojourn/node/express";
import express from "express";
import { createServer } from "node:http";
import { SECRET } from "../settings.js";
import { createStore } from "../sojourn-store.js";

export async function start({ redis }) {
  const session = sessions({ store: await createStore(redis), secret: SECRET });
  const app = express();
  app.use(session);
  app.get("/plain", (req, res) => res.send("plain"));
  app.get("/me", async (req, res) => {
    const found = await session.of(req).get();
    res.send(found?.userId ? `${found.userId} ${found.data.count ?? 0}` : "nobody");
  });
  app.post("/login/:user", async (req, res) => {
    await session.of(req).login(req.params.user);
    res.send("hello");
  });
  app.post("/count", async (req, res) => {
    const { data } = await session.of(req).requireUser();
    data.count = (data.count ?? 0) + 1;
    res.send(`${data.count}`);
  });
  app.post("/logout", async (req, res) => {
    await session.of(req).logout();
    res.send("bye");
  });
  app.use(sojournErrors);
  return createServer(app);
}
