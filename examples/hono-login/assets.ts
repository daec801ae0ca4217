import { Hono } from "hono";
import { readFileSync } from "node:fs";

const TYPES = {
  "style.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "deadlines.js": "text/javascript; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "times.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** The files of public/. They ask for no session, so that they cost none and may be cached. */
export const assets: Hono = new Hono();

for (const [name, type] of Object.entries(TYPES)) {
  const text = readFileSync(new URL(`public/${name}`, import.meta.url), "utf8");
  assets.get(name, (c) =>
    c.body(text, 200, { "Content-Type": type, "Cache-Control": "public, max-age=300" }),
  );
}
