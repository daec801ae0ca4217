/** A cookie as a browser keeps it. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Sent to exactly this host, not to its sub-domains. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "Strict" | "Lax" | "None" | null;
  readonly partitioned: boolean;
  /** ms since the epoch; null: it ends with the browser. */
  readonly expiresAt: number | null;
}

const MAX_PAIR = 4096;
const MAX_ATTRIBUTE = 1024;
const LONGEST = 400 * 86_400_000;

/**
 * What a browser makes of one Set-Cookie header (RFC 6265bis 5.6 and 5.7, as Chromium does it), or null
 * where it drops it.
 */
export function parseSetCookie(header: string, url: URL, now: number): Cookie | null {
  // Control characters, HTAB apart, drop the whole cookie.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(header)) return null;
  const [pair = "", ...rest] = header.split(";");
  const equals = pair.indexOf("=");
  const name = trim(pair.slice(0, Math.max(0, equals)));
  const value = trim(pair.slice(equals + 1));
  if (name === "" && value === "") return null;
  if (new TextEncoder().encode(name + value).length > MAX_PAIR) return null;

  const attributes = new Map<string, string>();
  for (const part of rest) {
    const at = part.indexOf("=");
    const key = trim(at === -1 ? part : part.slice(0, at)).toLowerCase();
    const text = at === -1 ? "" : trim(part.slice(at + 1));
    if (text.length <= MAX_ATTRIBUTE) attributes.set(key, text);
  }
  const scope = domainOf(attributes.get("domain"), url);
  if (scope === null) return null;
  const path = attributes.get("path");
  const sameSite = sameSites.find((each) => each.toLowerCase() === lower(attributes, "samesite"));
  const cookie: Cookie = {
    name,
    value,
    ...scope,
    path: path?.startsWith("/") ? path : defaultPath(url),
    secure: attributes.has("secure"),
    httpOnly: attributes.has("httponly"),
    sameSite: sameSite ?? null,
    partitioned: attributes.has("partitioned"),
    expiresAt: expiry(attributes, now),
  };
  if (cookie.secure && !isTrustworthy(url)) return null;
  if ((cookie.sameSite === "None" || cookie.partitioned) && !cookie.secure) return null;
  return keepsItsPrefix(cookie, path === "/") ? cookie : null;
}

const sameSites = ["Strict", "Lax", "None"] as const;

/** Where Secure cookies are kept and sent: https, and as Chromium and Firefox have it, this machine. */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

export function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|:/.test(host));
}

/** Prefixes are matched in any case; a nameless cookie must not look as though it had one. */
function keepsItsPrefix(cookie: Cookie, atRoot: boolean): boolean {
  const prefix = /^__(host-http|host|http|secure)-/i.exec(cookie.name || cookie.value)?.[1];
  if (prefix === undefined) return true;
  if (cookie.name === "" || !cookie.secure) return false;
  if (/^host/i.test(prefix) && !(cookie.hostOnly && atRoot)) return false;
  return !/http$/i.test(prefix) || cookie.httpOnly;
}

function domainOf(given: string | undefined, url: URL) {
  const domain = given?.replace(/^\./, "").toLowerCase() ?? "";
  const host = url.hostname;
  if (domain === "") return { domain: host, hostOnly: true };
  if (!domainMatches(host, domain)) return null;
  // Without the list of public suffixes: a single label is one.
  if (!domain.includes(".")) return domain === host ? { domain, hostOnly: true } : null;
  return { domain, hostOnly: false };
}

function defaultPath({ pathname }: URL): string {
  const end = pathname.lastIndexOf("/");
  return end < 1 ? "/" : pathname.slice(0, end);
}

/** Max-Age wins over Expires, whatever the order. */
function expiry(attributes: ReadonlyMap<string, string>, now: number): number | null {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) {
    return Number(maxAge) <= 0 ? 0 : now + Math.min(Number(maxAge) * 1000, LONGEST);
  }
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? null : Math.min(expires, now + LONGEST);
}

function lower(attributes: ReadonlyMap<string, string>, name: string): string | undefined {
  return attributes.get(name)?.toLowerCase();
}

function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
