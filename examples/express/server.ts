// A basket, and who it belongs to, on Express.
import { memoryStore } from "@sojourn/memory";
import { sessions, sojournErrors } from "@sojourn/node/express";
import express from "express";
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import * as v from "valibot";

const session = sessions({
  store: memoryStore(),
  // Without one in the environment, sessions end with this run.
  secret: process.env.SESSION_SECRET ?? randomBytes(32).toString("base64"),
  data: v.object({ basket: v.optional(v.array(v.string()), []) }),
});

const app = express();
app.use(express.urlencoded({ extended: false }), session);

app.post("/login", async (req, res) => {
  const { name, password } = req.body ?? {};
  if (password !== "demo") return void res.status(401).json({ error: "wrong-password" });
  const { userId } = await session.of(req).login(String(name || "guest"), { carry: ["basket"] });
  res.json({ userId });
});

app.get("/me", session.requireUser(), (req, res) => {
  const { userId, data } = session.userOf(req);
  res.json({ userId, basket: data.basket });
});

app.post("/basket", async (req, res) => {
  const basket = await session.of(req).update((data) => {
    data.basket.push(String(req.body?.item || "socks"));
    return data.basket;
  });
  res.json({ basket });
});

app.post("/logout", async (req, res) => {
  await session.of(req).logout();
  res.json({ userId: null });
});

app.use(sojournErrors);

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
