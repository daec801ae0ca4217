import express from "express";
import { createServer } from "node:http";

export function start() {
  const app = express();
  app.get("/plain", (req, res) => res.send("plain"));
  app.get("/me", (req, res) => res.send("nobody"));
  app.post("/login/:user", (req, res) => res.send("hello"));
  app.post("/count", (req, res) => res.send("0"));
  app.post("/logout", (req, res) => res.send("bye"));
  return createServer(app);
}
