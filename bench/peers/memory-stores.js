// Sessions `{ userId, createdAt }` in the memory stores of others, each put there as its library does.
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";
import { TTL } from "./settings.js";

const require = createRequire(import.meta.url);

const newId = () => randomBytes(24).toString("base64url");
const dataOf = (i, now) => ({ userId: `user${i}`, createdAt: now + i });

/** By name: what makes a store, and gives how to put the i-th session into it, which expires so soon (ms). */
export const stores = {
  Map() {
    const map = new Map();
    return {
      kept: map,
      put: (i, now, ttl) => void map.set(newId(), { ...dataOf(i, now), expiresAt: now + ttl }),
      // In slices, as one would write it.
      *sweep(now) {
        let looked = 0;
        for (const [id, { expiresAt }] of map) {
          if (expiresAt <= now) map.delete(id);
          if (++looked % 10_000 === 0) yield;
        }
      },
    };
  },

  "next-session": async () => {
    // Its default store, for callbacks: it exports that one only.
    const { expressSession } = await import("next-session/lib/compat");
    const kept = new expressSession.MemoryStore();
    return {
      kept,
      put: (i, now, ttl) =>
        kept.set(newId(), { cookie: cookie(now, ttl, TTL), ...dataOf(i, now) }, () => {}),
    };
  },

  "express-session": async () => {
    const { default: session } = await import("express-session");
    const kept = new session.MemoryStore();
    return {
      kept,
      put: (i, now, ttl) =>
        void kept.set(newId(), { cookie: cookie(now, ttl, TTL * 1_000), ...dataOf(i, now) }),
    };
  },

  memorystore: async () => {
    const { default: session } = await import("express-session");
    const MemoryStore = require("memorystore")(session);
    const kept = new MemoryStore({ ttl: (_options, { cookie: { ms } }) => ms });
    return {
      kept,
      put: (i, now, ttl) =>
        void kept.set(newId(), {
          cookie: { ...cookie(now, ttl, ttl), ms: ttl },
          ...dataOf(i, now),
        }),
      // It does it at one go.
      *sweep() {
        kept.prune();
        yield;
      },
    };
  },

  "@remix-run/session": async () => {
    const { createMemorySessionStorage } = await import("@remix-run/session/memory-storage");
    const kept = createMemorySessionStorage();
    return {
      kept,
      async put(i, now) {
        const session = await kept.read(null);
        for (const [key, value] of Object.entries(dataOf(i, now))) session.set(key, value);
        await kept.save(session);
      },
    };
  },

  "hono-sessions": async () => {
    const { MemoryStore, Session } = await import("hono-sessions");
    const kept = new MemoryStore();
    return {
      kept,
      put(i, now) {
        const id = crypto.randomUUID();
        const data = { _data: {}, _expire: null, _delete: false, _accessed: null, _id: id };
        kept.createSession(id, data);
        const session = new Session(TTL);
        session.setCache(data, true);
        for (const [key, value] of Object.entries(dataOf(i, now))) session.set(key, value);
        session.touch();
        kept.persistSessionData(id, session.getCache());
      },
    };
  },

  "@fastify/session": async () => {
    const { Store } = require("@fastify/session");
    const Session = require("@fastify/session/lib/session.js");
    const kept = new Store();
    // All the same: the requests that it keeps are not counted.
    const [request, options] = [{}, { maxAge: TTL * 1_000, httpOnly: true, path: "/" }];
    const signer = { sign: (id) => `${id}.${newId()}` };
    return {
      kept,
      put(i, now) {
        const session = new Session(kept, request, newId, options, signer);
        Object.assign(session, dataOf(i, now));
        kept.set(session.sessionId, session, () => {});
      },
    };
  },
};

function cookie(now, ttl, maxAge) {
  return {
    originalMaxAge: maxAge,
    expires: new Date(now + ttl).toISOString(),
    httpOnly: true,
    path: "/",
  };
}
