import { dashboard } from "@sojourn/dashboard";
import { dashboardApp } from "@sojourn/dashboard/hono";
import { Hono } from "hono";
import { expect, test } from "vitest";

type Env = { Variables: { role: string } };

/** An application whose middleware knows who asks. */
function application(mount: (app: Hono<Env>) => unknown): Hono<Env> {
  const app = new Hono<Env>().use(async (c, next) => {
    c.set("role", c.req.header("x-role") ?? "nobody");
    await next();
  });
  mount(app);
  return app;
}

const MOUNTS: readonly (readonly [string, (app: Hono<Env>) => unknown])[] = [
  [
    "route",
    (app) =>
      app.route(
        "/admin/sessions",
        dashboardApp<Env>(dashboard({ isAdmin: (_, c) => c.var.role === "operator" })),
      ),
  ],
  [
    "all",
    (app) => {
      const board = dashboard({ isAdmin: ({ headers }) => headers.get("x-role") === "operator" });
      app.all("/admin/sessions/*", (c) => board.fetch(c.req.raw));
    },
  ],
  [
    "mount",
    (app) => {
      const board = dashboard({ isAdmin: ({ headers }) => headers.get("x-role") === "operator" });
      app.mount("/admin/sessions", board.fetch);
    },
  ],
];

test.each(MOUNTS)("mounted by %s, all of the page is found from it", async (_, mount) => {
  const app = application(mount);
  for (const path of ["/admin/sessions", "/admin/sessions/"]) {
    const url = `https://shop.example${path}`;
    expect((await app.request(url)).status).toBe(403);
    const headers = { "x-role": "operator" };
    const html = await (await app.request(url, { headers })).text();
    expect(html).toContain("Nothing is wrong");
    for (const [, link = ""] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      const target = new URL(link.replaceAll("&amp;", "&"), url).href;
      expect((await app.request(target, { headers })).status, target).toBe(200);
    }
  }
});
