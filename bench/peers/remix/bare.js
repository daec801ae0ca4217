import { createRouter } from "@remix-run/fetch-router";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { createServer } from "node:http";

export function start() {
  const router = createRouter();
  router.get("/plain", () => new Response("plain"));
  router.get("/me", () => new Response("nobody"));
  router.post("/login/:user", () => new Response("hello"));
  router.post("/count", () => new Response("0"));
  router.post("/logout", () => new Response("bye"));
  return createServer(createRequestListener((request) => router.fetch(request)));
}
