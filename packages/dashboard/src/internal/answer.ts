import { rangeNamed } from "./figures.ts";
import { isFromHere } from "./gate.ts";
import type { Markup } from "./html.ts";
import { live, overview } from "./overview.ts";
import { SCRIPT } from "./script.ts";
import type { BoardSessions, State } from "./state.ts";
import { ICON, STYLE } from "./style.ts";
import { userPage } from "./user.ts";

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Nothing to other sites. "no-referrer" would also make the Origin of our own forms "null" (Fetch 3.2).
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex",
};

/** These are named by their content and hold nothing of anybody: they may be kept. */
const ASSETS: Readonly<Record<string, readonly [type: string, text: string]>> = {
  style: ["text/css; charset=utf-8", STYLE],
  script: ["text/javascript; charset=utf-8", SCRIPT],
  icon: ["image/svg+xml", ICON],
};
const KEEP = "private, max-age=31536000, immutable";

type Revoked = (revoked: { readonly userId: string; readonly handle: string | null }) => unknown;

interface AnswerOptions {
  readonly state: State;
  /** May this request see the page? */
  isAdmin(): Promise<boolean>;
  readonly revoked: Revoked;
}

/** Answers a request to the page. By its query only: where it is mounted, and with which path, does not matter. */
export async function answer(request: Request, options: AnswerOptions): Promise<Response> {
  const { state } = options;
  const { method } = request;
  if (method !== "GET" && method !== "HEAD" && method !== "POST") {
    return plain(405, "GET or POST.", { Allow: "GET, HEAD, POST" });
  }
  if (method === "POST" && !isFromHere(request)) {
    return plain(403, "This form did not come from this page.");
  }
  if (!(await options.isAdmin())) return plain(403, "This page is for operators.");
  if (method === "POST") return revoke(request, options);
  const answered = await look(new URL(request.url).searchParams, state);
  return method === "HEAD" ? new Response(null, answered) : answered;
}

async function look(query: URLSearchParams, state: State): Promise<Response> {
  const asset = query.get("asset");
  if (asset !== null) return assetNamed(asset);
  const range = rangeNamed(query.get("range"));
  if (query.get("part") === "live") return found(await live(state, range));
  const userId = query.get("user");
  if (userId !== null && userId !== "") return user(state, userId, query);
  return found(await overview(state, range));
}

/** Sessions on one page. */
const PAGE = 100;

async function user(state: State, userId: string, query: URLSearchParams): Promise<Response> {
  const sessions = state.sessions();
  const nothing = { userId, sessions: [], next: null };
  if (sessions === null) {
    const failure = "The dashboard was given no sessions: call use() with them.";
    return found(userPage(state, { ...nothing, failure }), 503);
  }
  const after = query.get("after");
  try {
    const page = await sessions.list(userId, { limit: PAGE, ...(after !== null && { after }) });
    return found(userPage(state, { userId, ...page, done: query.get("done") }));
  } catch (error) {
    const [status, failure] = failureOf(error);
    return found(userPage(state, { ...nothing, failure }), status);
  }
}

function failureOf(error: unknown): [status: number, sentence: string] {
  switch ((error as { code?: unknown } | null)?.code) {
    case "store-unavailable":
      return [503, "The store does not answer. Nothing is known of this user's sessions now."];
    case "invalid-user-id":
    case "invalid-data":
      return [400, "This is not a user id."];
    default:
      throw error;
  }
}

/** A form of an id, a handle and a button is shorter. */
const LONGEST_FORM = 16_384;

async function revoke(request: Request, { state, revoked }: AnswerOptions): Promise<Response> {
  const sessions = state.sessions();
  if (state.readOnly) return plain(403, "This page is read-only.");
  if (sessions === null) return plain(503, "The dashboard was given no sessions: call use().");
  if (Number(request.headers.get("Content-Length")) > LONGEST_FORM) return plain(413, "Too long.");
  const form = new URLSearchParams(await request.text());
  const userId = form.get("user");
  if (userId === null || userId === "") return plain(400, "Of which user?");
  try {
    const done = await end(sessions, userId, form);
    if (done === null) return plain(400, "End what?");
    if (done !== "gone") {
      await revoked({ userId, handle: done === "one" ? form.get("handle") : null });
    }
    // RFC 9110 15.4.4: what was done is done once, and the page after it can be reloaded.
    const Location = `?${new URLSearchParams({ user: userId, done })}`;
    return new Response(null, { status: 303, headers: { ...HEADERS, Location } });
  } catch (error) {
    const [status, failure] = failureOf(error);
    const page = userPage(state, { userId, sessions: [], next: null, failure });
    return found(page, status);
  }
}

async function end(
  sessions: BoardSessions,
  userId: string,
  form: URLSearchParams,
): Promise<"one" | "all" | "gone" | null> {
  const handle = form.get("handle");
  if (form.get("do") === "one" && handle !== null) {
    return (await sessions.revoke(userId, handle)) ? "one" : "gone";
  }
  if (form.get("do") !== "all") return null;
  await sessions.revokeAll(userId);
  return "all";
}

function assetNamed(name: string): Response {
  if (!Object.hasOwn(ASSETS, name)) return plain(404, "There is no such file.");
  const [type, text] = ASSETS[name] as readonly [string, string];
  return new Response(text, {
    headers: { ...HEADERS, "Cache-Control": KEEP, "Content-Type": type },
  });
}

function found(page: Markup, status: number = 200): Response {
  const headers = { ...HEADERS, "Content-Type": "text/html; charset=utf-8" };
  return new Response(page.toString(), { status, headers });
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers: { ...HEADERS, ...type, ...headers } });
}
