import { createCookieJar, type CookieJar } from "./internal/cookie-jar.ts";
import type { Cookie } from "./internal/set-cookie.ts";

export type { Cookie } from "./internal/set-cookie.ts";

/** Sends a request and follows no redirect: `app.fetch`, `sessions.fetch(handler)`, the global `fetch`. */
export type Fetch = (request: Request) => Response | Promise<Response>;

export interface ClientOptions {
  /** Scheme, host and port that paths belong to; default "https://app.test". */
  readonly origin?: string;
  /** What time it is for Max-Age and Expires; default `Date.now`. With a fake clock: `clock.now`. */
  readonly now?: () => number;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends this Cookie header instead of the jar's; null: none. See `cookieHeader`. */
  readonly cookie?: string | null;
  /** Keeps the response's cookies out of the jar until `receive`: a response that is late, or lost. */
  readonly hold?: boolean;
}

export interface PostOptions extends RequestOptions {
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** A browser without pages: it keeps cookies as browsers do, and drops what they drop. */
export interface TestClient {
  readonly origin: string;
  get(path: string, options?: RequestOptions): Promise<Response>;
  post(path: string, options?: PostOptions): Promise<Response>;
  /** Takes the cookies of a response that was held. */
  receive(response: Response): void;
  /** Takes one Set-Cookie header, as if a response to `path` had brought it. */
  setCookie(header: string, path?: string): void;
  /** The Cookie header that would be sent now: keep it to send an earlier moment's cookies later. */
  cookieHeader(path?: string): string | null;
  /** All cookies in the jar. */
  cookies(): Cookie[];
  /** What scripts of the page at `path` see as `document.cookie`: nothing that is HttpOnly. */
  documentCookie(path?: string): string;
  /** A second browser with the same cookies: a thief, or a restored backup. */
  copy(): TestClient;
}

export function createClient(fetch: Fetch, options: ClientOptions = {}): TestClient {
  return clientWith(fetch, options, createCookieJar());
}

function clientWith(fetch: Fetch, options: ClientOptions, jar: CookieJar): TestClient {
  const { origin = "https://app.test", now = () => Date.now() } = options;
  const held = new WeakMap<Response, () => void>();

  function urlOf(path: string): URL {
    return new URL(path, origin);
  }

  function cookieHeader(path = "/"): string | null {
    return headerOf(jar.sent(urlOf(path), now())) || null;
  }

  async function send(path: string, init: RequestInit, given: RequestOptions): Promise<Response> {
    const url = urlOf(path);
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(given.headers ?? {})) headers.set(name, value);
    const cookie = given.cookie === undefined ? cookieHeader(path) : given.cookie;
    if (cookie !== null) headers.set("Cookie", cookie);
    const response = await fetch(new Request(url, { ...init, headers, redirect: "manual" }));
    const take = () => jar.receive(response.headers.getSetCookie(), url, now());
    if (given.hold) held.set(response, take);
    else take();
    return response;
  }

  return {
    origin,
    get: (path, given = {}) => send(path, { method: "GET" }, given),
    post(path, { form, json, ...given } = {}) {
      const init: RequestInit = { method: "POST" };
      if (form !== undefined) init.body = new URLSearchParams(form);
      if (json !== undefined) {
        init.body = JSON.stringify(json);
        init.headers = { "Content-Type": "application/json" };
      }
      return send(path, init, given);
    },
    receive(response) {
      held.get(response)?.();
      held.delete(response);
    },
    setCookie: (header, path = "/") => jar.receive([header], urlOf(path), now()),
    cookieHeader,
    cookies: () => jar.all(now()),
    documentCookie: (path = "/") =>
      headerOf(jar.sent(urlOf(path), now()).filter(({ httpOnly }) => !httpOnly)),
    copy: () => clientWith(fetch, options, jar.copy()),
  };
}

function headerOf(cookies: readonly Cookie[]): string {
  return cookies.map(({ name, value }) => (name === "" ? value : `${name}=${value}`)).join("; ");
}
