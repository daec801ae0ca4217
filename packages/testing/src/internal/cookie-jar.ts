import { type Cookie, domainMatches, isTrustworthy, parseSetCookie } from "./set-cookie.ts";

/** The cookies of one browser. */
export interface CookieJar {
  /** Takes in the Set-Cookie headers of a response from `url`, in order. */
  receive(setCookies: readonly string[], url: URL, now: number): void;
  /** What is sent to `url`: longer paths first, then the older (RFC 6265bis 5.8.3). */
  sent(url: URL, now: number): Cookie[];
  all(now: number): Cookie[];
  copy(): CookieJar;
}

export function createCookieJar(
  kept: ReadonlyMap<string, Cookie> = new Map<string, Cookie>(),
): CookieJar {
  // In the order of creation: a Map keeps the place of a key that is set again.
  const cookies = new Map(kept);

  function receive(header: string, url: URL, now: number): void {
    const cookie = parseSetCookie(header, url, now);
    if (cookie === null || (!isTrustworthy(url) && hidesSecure(cookie))) return;
    const key = JSON.stringify([cookie.name, cookie.domain, cookie.hostOnly, cookie.path]);
    if (isExpired(cookie, now)) cookies.delete(key);
    else cookies.set(key, cookie);
  }

  /** RFC 6265bis 5.7 step 16: plain http must not put a cookie before, or in the place of, a secure one. */
  function hidesSecure(cookie: Cookie): boolean {
    return [...cookies.values()].some(
      (other) =>
        other.secure &&
        other.name === cookie.name &&
        (domainMatches(other.domain, cookie.domain) ||
          domainMatches(cookie.domain, other.domain)) &&
        pathMatches(cookie.path, other.path),
    );
  }

  function all(now: number): Cookie[] {
    return [...cookies.values()].filter((cookie) => !isExpired(cookie, now));
  }

  return {
    receive(setCookies, url, now) {
      for (const header of setCookies) receive(header, url, now);
    },
    sent(url, now) {
      return all(now)
        .filter(
          ({ domain, hostOnly, path, secure }) =>
            (hostOnly ? url.hostname === domain : domainMatches(url.hostname, domain)) &&
            pathMatches(url.pathname, path) &&
            (!secure || isTrustworthy(url)),
        )
        .sort((a, b) => b.path.length - a.path.length);
    },
    all,
    copy: () => createCookieJar(cookies),
  };
}

function pathMatches(requested: string, path: string): boolean {
  if (requested === path) return true;
  return requested.startsWith(path) && (path.endsWith("/") || requested[path.length] === "/");
}

function isExpired({ expiresAt }: Cookie, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}
