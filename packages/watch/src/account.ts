import { ConfigurationError, CrossSiteError } from "@sojourn/core";
import { type AccountSession, type AccountSessions, shown } from "./internal/account-session.ts";
import { checkNames, checkTime } from "./internal/checks.ts";
import { jsonObjectIn } from "./internal/json-body.ts";

export type {
  AccountSession,
  AccountSessions,
  AccountUser,
  ShownSession,
} from "./internal/account-session.ts";

export interface AccountOptions {
  /** What `createSessions` gave: for labels, export and erasure. */
  readonly sessions: AccountSessions;
  /** The path in front of all of them; default "/account". */
  readonly path?: string;
  /**
   * How long ago, in ms, the user may have authenticated who ends another session, exports or erases
   * everything; else the answer is a 401 that asks for it (ASVS 7.5.2). Default 600,000, ten minutes.
   * False: any time ago.
   */
  readonly maxAge?: number | false;
  /** Other origins whose pages may change something here, as the adapters' option `csrf` has them. */
  readonly allowedOrigins?: readonly string[];
  /** The user's sessions have been erased: erase what the application keeps. What rejects is a 500. */
  readonly onErase?: (userId: string) => unknown;
}

/** The answer, or null: the path is none of these. */
export type AccountRoutes = (request: Request, session: AccountSession) => Promise<Response | null>;

const DEFAULTS = {
  path: "/account",
  // As long as it takes to look through a list after one has logged in for it.
  maxAge: 600_000,
};

const OPTIONS = ["sessions", "path", "maxAge", "allowedOrigins", "onErase"];

/** A label has 64 characters, of which each may be written as "\u1234". */
const LONGEST_BODY = 1_024;

interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly session: AccountSession;
  /** What stands in the path. */
  readonly handle: string;
}

interface Route {
  readonly pattern: RegExp;
  readonly methods: Readonly<Record<string, (call: Call) => Promise<Response>>>;
}

/**
 * Where a user sees and ends their sessions. Under `path`:
 *
 * - `GET /sessions?after=...`: a page of them, with the names of their devices
 * - `DELETE /sessions/:handle`, or `POST /sessions/:handle/revoke`: ends one
 * - `POST /sessions/:handle/label` with `{ "label": "Work laptop" }` or null: names one
 * - `POST /sessions/revoke-others`, `POST /logout`, `GET /export`, `POST /erase`
 *
 * Who is not signed in gets a 401; the handle of somebody else's session is a 404, as an unknown one is.
 * These errors are thrown, for the adapter to answer. Nothing changes but by POST and DELETE, which the
 * adapters' gate keeps other sites from (option `csrf`); a browser that says `Sec-Fetch-Site:
 * cross-site` is turned away here too, where there is no gate. No CORS header is ever sent: a page of
 * another origin has no business reading this (ASVS 3.4.2).
 */
export function accountRoutes(options: AccountOptions): AccountRoutes {
  const { sessions, path, maxAge, allowedOrigins, onErase } = checked(options);

  function fresh(session: AccountSession) {
    return maxAge === false ? session.requireUser() : session.requireFresh({ maxAge });
  }

  async function listed({ session, url }: Call): Promise<Response> {
    const after = url.searchParams.get("after");
    const page = await session.list(after === null ? {} : { after });
    return Response.json({ sessions: page.sessions.map(shown), next: page.next });
  }

  async function revoke({ session, handle }: Call): Promise<Response> {
    const user = await fresh(session);
    // That is a logout, and its cookie goes, too.
    if (handle === user.handle) return logout(session);
    return (await session.revoke(handle)) ? done() : refused(404, "not-found");
  }

  async function logout(session: AccountSession): Promise<Response> {
    await session.logout();
    return done();
  }

  async function label({ request, session, handle }: Call): Promise<Response> {
    const { userId } = await session.requireUser();
    const body = await jsonObjectIn(request, LONGEST_BODY);
    if ("error" in body) return refused(body.status, body.error);
    const { label: given } = body.object;
    if (given !== null && !isLabel(given)) return refused(400, "label");
    return (await sessions.setLabel(userId, handle, given)) ? done() : refused(404, "not-found");
  }

  async function exported({ session }: Call): Promise<Response> {
    const { userId } = await fresh(session);
    const body = JSON.stringify(await sessions.exportUser(userId), null, 2);
    const headers = {
      "content-type": "application/json",
      "content-disposition": 'attachment; filename="sessions.json"',
      "x-content-type-options": "nosniff",
    };
    return new Response(body, { headers });
  }

  async function erase({ session }: Call): Promise<Response> {
    const { userId } = await fresh(session);
    const ended = await sessions.eraseUser(userId);
    // There is nothing left to end; the cookies go.
    await session.logout();
    await onErase?.(userId);
    return Response.json({ ended });
  }

  const routes: readonly Route[] = [
    route("/sessions", { GET: listed }),
    route("/sessions/revoke-others", {
      async POST({ session }) {
        await fresh(session);
        return Response.json({ ended: await session.revokeOthers() });
      },
    }),
    route("/sessions/(?<handle>[\\w-]+)", { DELETE: revoke }),
    route("/sessions/(?<handle>[\\w-]+)/revoke", { POST: revoke }),
    route("/sessions/(?<handle>[\\w-]+)/label", { POST: label }),
    route("/logout", { POST: ({ session }) => logout(session) }),
    route("/export", { GET: exported }),
    route("/erase", { POST: erase }),
  ];

  return async (request, session) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(`${path}/`)) return null;
    const rest = url.pathname.slice(path.length);
    for (const { pattern, methods } of routes) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      // The server leaves the body out.
      const method = request.method === "HEAD" ? "GET" : request.method;
      const does = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (does === undefined) {
        return refused(405, "method", { allow: Object.keys(methods).join(", ") });
      }
      if (method !== "GET") checkSite(request, allowedOrigins);
      return does({ request, url, session, handle: match.groups?.handle ?? "" });
    }
    return null;
  };
}

function route(pattern: string, methods: Route["methods"]): Route {
  return { pattern: new RegExp(`^${pattern}$`), methods };
}

/**
 * The gate has looked already, and knows more: this is for an adapter without one. So what says nothing
 * (curl, an app) passes, and so does what the options allow.
 */
function checkSite({ headers }: Request, allowedOrigins: readonly string[]): void {
  const site = headers.get("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return;
  if (allowedOrigins.includes(headers.get("origin") ?? "")) return;
  throw new CrossSiteError("The request comes from another site: see the option allowedOrigins.");
}

function isLabel(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 64;
}

function done(): Response {
  return new Response(null, { status: 204 });
}

/** As the core's errors answer. */
function refused(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers: { "cache-control": "no-store", ...headers } });
}

function checked(options: AccountOptions) {
  checkNames("accountRoutes", options, OPTIONS);
  const { sessions, allowedOrigins = [], onErase } = options;
  const { path, maxAge } = { ...DEFAULTS, ...options };
  if (typeof sessions?.setLabel !== "function" || typeof sessions.eraseUser !== "function") {
    throw new ConfigurationError(
      "accountRoutes has no sessions. Give what createSessions gave: accountRoutes({ sessions }).",
    );
  }
  if (typeof path !== "string" || !/^(\/[\w.~-]+)*$/.test(path)) {
    throw new ConfigurationError(
      'accountRoutes: path: write one like "/account", without a slash at its end, or "".',
    );
  }
  if (maxAge !== false) checkTime("accountRoutes: maxAge", maxAge);
  for (const origin of allowedOrigins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new ConfigurationError(
      'accountRoutes: allowedOrigins: write scheme and host, no path: "https://shop.example".',
    );
  }
  if (onErase !== undefined && typeof onErase !== "function") {
    throw new ConfigurationError("accountRoutes: onErase: give it a function of the user's id.");
  }
  return { sessions, path, maxAge, allowedOrigins, onErase };
}
