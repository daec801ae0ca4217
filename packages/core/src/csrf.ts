import { ConfigurationError } from "./errors.ts";
import type { CrossSiteReason } from "./events.ts";
import type { RequestLine } from "./exchange.ts";

/**
 * The gate against requests that other sites make a browser send (CWE-352): a login of the attacker's
 * choosing too, which is why it does not look for a cookie. It asks no store.
 */
export interface CsrfOptions {
  /** Origins besides this server's own, exactly: "https://shop.example", "capacitor://localhost". */
  readonly allowedOrigins?: readonly string[];
  /**
   * Paths that other sites may post to (a payment's callback): "/hooks/pay", or "/hooks/*". Compared with
   * the path as it came, whole and byte for byte.
   */
  readonly exempt?: readonly string[];
  /** Whether other hosts of this site count as this one. Default false: a sub-domain may be anybody's. */
  readonly trustSameSite?: boolean;
  /**
   * Whether requests that say nothing of where they come from (curl, apps, webhooks; no browser of this
   * decade) are turned away as well. Default: under the timeout preset `aal3`.
   */
  readonly strict?: boolean;
  /**
   * Turns away what other sites load as well (images, scripts, frames; ASVS 3.5.8), all but somebody
   * following a link. Default false.
   */
  readonly isolate?: boolean;
}

/** RFC 9110 9.2.1: they change nothing. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Dots, slashes that are written otherwise, and empty segments: `%2e%2e%2f` is "../" to many a router. */
const DEVIOUS = /%(2e|2f|5c)|\\|\/\/|\/\.{1,2}(\/|$)/i;

/** Why the request must not pass; null: it may. `handshake`: whether it is to become a socket. */
export type Gate = (request: RequestLine, handshake: boolean) => CrossSiteReason | null;

export function createGate(options: CsrfOptions | false, strictByDefault: boolean): Gate {
  if (options === false) return () => null;
  const {
    allowedOrigins = [],
    exempt = [],
    trustSameSite = false,
    strict = strictByDefault,
    isolate = false,
  } = checked(options);
  const allowed = new Set(allowedOrigins);

  function isExempt(path: string): boolean {
    // What a server further in may take for another path is not the one that was named.
    if (DEVIOUS.test(path)) return false;
    return exempt.some((entry) =>
      entry.endsWith("/*") ? path.startsWith(entry.slice(0, -1)) : path === entry,
    );
  }

  /** W3C Fetch Metadata; an unknown value is to be ignored. Null: it does not say. */
  function siteAllows(request: RequestLine, origin: string | null): boolean | null {
    switch (request.header("sec-fetch-site")) {
      case "same-origin":
      case "none":
        return true;
      case "same-site":
        return trustSameSite || (origin !== null && allowed.has(origin));
      case "cross-site":
        return origin !== null && allowed.has(origin);
      default:
        return null;
    }
  }

  /** Into the whole tab: frames navigate as well. */
  function isNavigation(request: RequestLine): boolean {
    return (
      request.method === "GET" &&
      request.header("sec-fetch-mode") === "navigate" &&
      request.header("sec-fetch-dest") === "document"
    );
  }

  return (request, handshake) => {
    // A browser opens a socket to another site without asking, cookies and all (ASVS 4.4.2).
    const safe = SAFE.includes(request.method) && !handshake;
    if (safe && !isolate) return null;
    if (isExempt(request.path)) return null;
    const origin = request.header("origin") ?? null;
    const site = siteAllows(request, origin);
    if (site !== null) return site || (safe && isNavigation(request)) ? null : "fetch-site";
    if (safe) return null;
    // Before Fetch Metadata (Safari 16.4), and on plain http: there is an Origin, or no browser.
    if (origin === null) return strict ? "unknown" : null;
    return allowed.has(origin) || origin === request.ownOrigin() ? null : "origin";
  };
}

const LISTS = ["allowedOrigins", "exempt"];
const FLAGS = ["trustSameSite", "strict", "isolate"];

function checked(options: CsrfOptions): CsrfOptions {
  for (const [name, value] of Object.entries(options)) {
    check(LISTS.includes(name) || FLAGS.includes(name), `${name}: no such option.`);
    if (FLAGS.includes(name)) check(typeof value === "boolean", `${name}: write true or false.`);
    else check(isTexts(value), `${name}: write a list of strings.`);
  }
  for (const origin of options.allowedOrigins ?? []) {
    check(
      isOrigin(origin),
      `allowedOrigins: "${origin}" is no origin. Write scheme and host, no path: "https://shop.example".`,
    );
  }
  for (const path of options.exempt ?? []) {
    check(
      isPath(path.endsWith("/*") ? path.slice(0, -1) : path) && path !== "/*",
      `exempt: "${path}" is no path as browsers send it. Write "/hooks/pay" or "/hooks/*".`,
    );
  }
  return options;
}

/** As browsers spell it: in lower case, without the scheme's own port. Apps have schemes of their own. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || text.includes("*")) return false;
  const { protocol, host } = new URL(text);
  return host !== "" && text === `${protocol}//${host}`;
}

function isPath(text: string): boolean {
  if (!text.startsWith("/") || text.includes("*") || DEVIOUS.test(text)) return false;
  return new URL(text, "http://localhost").pathname === text;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(`Option csrf.${message}`);
}
