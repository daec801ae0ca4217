import { createAdaptorServer } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { Hono } from "hono";
import { SECRET, TTL } from "../settings.js";

// It has users, not data of a session: there is nothing to write.
export function start({ redis }) {
  const tables = { user: [], session: [], account: [], verification: [] };
  const auth = betterAuth({
    baseURL: "http://127.0.0.1",
    secret: SECRET,
    database: memoryAdapter(tables),
    // The passwords' hash is not what is measured.
    emailAndPassword: {
      enabled: true,
      password: { hash: async (text) => text, verify: async () => true },
    },
    session: { expiresIn: TTL },
    logger: { disabled: true },
    telemetry: { enabled: false },
    ...(redis && {
      secondaryStorage: {
        get: (key) => redis.get(key),
        set: (key, value, ttl) => (ttl ? redis.setEx(key, ttl, value) : redis.set(key, value)),
        delete: (key) => redis.del(key).then(() => null),
      },
    }),
  });

  const app = new Hono()
    .get("/plain", (c) => c.text("plain"))
    .get("/me", async (c) => {
      const found = await auth.api.getSession({ headers: c.req.raw.headers });
      return c.text(found ? `${found.user.name} 0` : "nobody");
    })
    .post("/login/:user", async (c) => {
      const name = c.req.param("user");
      const body = { email: `${name}@example.org`, password: "correct-horse", name };
      const isNew = !tables.user.some(({ email }) => email === body.email);
      const { headers } = isNew
        ? await auth.api.signUpEmail({ body, returnHeaders: true })
        : await auth.api.signInEmail({ body, returnHeaders: true });
      for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
      return c.text("hello");
    })
    .post("/logout", async (c) => {
      const { headers } = await auth.api.signOut({
        headers: c.req.raw.headers,
        returnHeaders: true,
      });
      for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
      return c.text("bye");
    });
  return createAdaptorServer(app);
}
