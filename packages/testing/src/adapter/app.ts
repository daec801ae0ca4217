import type { LoginOptions, RequestSession, Session } from "@sojourn/core";
import type { StoryData, StoryHandler } from "./server.ts";

/** Answers one kind of request. */
type Route = (
  session: RequestSession<StoryData>,
  query: URLSearchParams,
  request: Request,
) => Response | Promise<Response>;

/** By method and path: `"POST /login"`. */
export type Routes = Readonly<Record<string, Route>>;

/** The stories' application: the requests that every application makes of its sessions. */
export function storyApp(more: Routes = {}): StoryHandler {
  const routes: Routes = { ...ROUTES, ...more };
  return async (request, session) => {
    const { pathname, searchParams } = new URL(request.url);
    const route = routes[`${request.method} ${pathname}`];
    return route ? route(session, searchParams, request) : new Response("", { status: 404 });
  };
}

const ROUTES: Routes = {
  "GET /free": () => new Response("free"),

  "GET /me": async (session) => answer(await session.get()),

  "GET /peek": async (session) => answer(await session.peek()),

  "GET /private": async (session) => answer(await session.requireUser()),

  "POST /login": async (session, query) => {
    const given = await session.login(query.get("user") ?? "ada", loginOptions(query));
    return Response.json(given);
  },

  "POST /redirect": async (session) => {
    await session.login("ada");
    return Response.redirect("https://app.test/welcome", 303);
  },

  "POST /logout": async (session) => {
    await session.logout();
    return done();
  },

  "POST /destroy": async (session) => {
    await (await session.get())?.destroy();
    return done();
  },

  "POST /rotate": async (session) => {
    const user = await session.requireUser();
    await user.rotate();
    return done();
  },

  "POST /revoke-others": async (session) => Response.json(await session.revokeOthers()),

  /** Sets without reading: a plain write. */
  "POST /set": async (session, query) => {
    const { data } = await session.getOrCreate();
    data[query.get("key") ?? "key"] = query.get("value");
    return done();
  },

  /** Reads, then changes. */
  "POST /push": async (session, query) => {
    const { data } = await session.getOrCreate();
    data["items"] = [...((data["items"] as string[] | undefined) ?? []), query.get("item")];
    return done();
  },

  /** The same, atomically. */
  "POST /basket": async (session, query) => {
    const items = await session.update((data) => {
      const kept = (data["items"] as (string | null)[] | undefined) ?? [];
      return (data["items"] = [...kept, query.get("item")]);
    });
    return Response.json(items);
  },

  "POST /count": async (session) => {
    const count = await session.update((data) => {
      return (data["count"] = ((data["count"] as number | undefined) ?? 0) + 1);
    });
    return Response.json(count);
  },

  "POST /take": async (session, query) => {
    const found = await session.get();
    return Response.json((await found?.take(query.get("key") ?? "key")) ?? null);
  },
};

/** What a request shows of its session, data included; 401 for nobody. */
export function answer(session: Session<StoryData> | null): Response {
  if (session === null) return Response.json(null, { status: 401 });
  return Response.json({ ...session.toJSON(), data: session.data });
}

export function done(): Response {
  return new Response(null, { status: 204 });
}

function loginOptions(query: URLSearchParams): LoginOptions<StoryData> {
  const policy = query.get("policy");
  return {
    carry: query.get("carry")?.split(",").filter(Boolean) ?? [],
    persistent: query.has("persistent"),
    ...(policy !== null && { policy }),
  };
}
