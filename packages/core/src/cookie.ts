import { ConfigurationError, TooLargeError } from "./errors.ts";

/**
 * What may be chosen about the session's cookie. It is always Secure and HttpOnly, and there is no
 * mode in which it is not: Chromium and Firefox treat http://localhost as trustworthy and keep it.
 *
 * Combinations that a browser would drop do not compile, and are refused when configured.
 */
export type CookieOptions = {
  /** Without prefix; default "id". The anonymous session's cookie adds "-anon". */
  readonly name?: string;
} & (HostScope | PathScope | DomainScope) &
  (FirstParty | ThirdParty | Embedded);

/** The default: this host alone, all of it. Neither a sub-domain nor plain http can set the cookie. */
interface HostScope {
  /** `__Host-Http-` also keeps scripts from setting it, in browsers that know the prefix. */
  readonly prefix?: "__Host-" | "__Host-Http-";
  readonly path?: "/";
  readonly domain?: undefined;
}

/** A part of this host. The prefix is written out, because `__Host-` allows `Path=/` only. */
interface PathScope {
  readonly prefix: "__Secure-" | "__Http-";
  readonly path?: `/${string}`;
  readonly domain?: undefined;
}

/** Shared with all sub-domains of `domain`, each of which can then set the cookie too. */
interface DomainScope {
  /** Default `__Secure-`: `__Host-` allows no domain. */
  readonly prefix?: "__Secure-" | "__Http-";
  readonly path?: `/${string}`;
  /** Lower case, without a dot at either end: "example.com". */
  readonly domain: string;
  readonly partitioned?: false;
  readonly embedded?: false;
}

interface FirstParty {
  /** Default "Lax"; "Strict" under the timeout preset `aal3`. */
  readonly sameSite?: "Lax" | "Strict";
  readonly partitioned?: boolean;
  readonly embedded?: false;
}

/** Sent with every site's requests. Whether per embedding site or not has to be said. */
interface ThirdParty {
  readonly sameSite: "None";
  readonly partitioned: boolean;
  readonly embedded?: false;
}

interface Embedded {
  /** For pages that other sites embed: `SameSite=None; Partitioned`. */
  readonly embedded: true;
  readonly sameSite?: "None";
  readonly partitioned?: true;
}

/** A cookie without its value. */
export interface CookieTemplate {
  /** With its prefix. */
  readonly name: string;
  /** All attributes but Max-Age, as they follow the value: "; Path=/; Secure; HttpOnly; SameSite=Lax". */
  readonly attributes: string;
}

/** The union above with its rules forgotten: what a caller without types may pass. */
interface Unchecked {
  name?: string;
  prefix?: string;
  path?: string;
  domain?: string;
  sameSite?: string;
  partitioned?: boolean;
  embedded?: boolean;
}

const NAMES = ["name", "prefix", "path", "domain", "sameSite", "partitioned", "embedded"];
const HOST_PREFIXES = ["__Host-", "__Host-Http-"];
const PREFIXES = [...HOST_PREFIXES, "__Secure-", "__Http-"];
const SAME_SITES = ["Lax", "Strict", "None"];

/** A token has 112 characters: with it, name and value stay far below what a browser keeps. */
const NAME = /^[\w-]{1,128}$/;
/** Browsers match prefixes in any case (RFC 6265bis 5.7), so one in a name is a second prefix. */
const HAS_PREFIX = /^__(host|secure|http)-/i;
/** At least two labels and no IP address: a browser drops `Domain=localhost` and `Domain=com`. */
const DOMAIN = /^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]([a-z\d-]*[a-z\d])?$/;
/** Printable ASCII without ";". */
const PATH = /^\/[!-:<-~]*$/;

/** RFC 6265bis 5.6: name and value together; attributes and the "=" do not count. */
const MAX_PAIR = 4096;
/** RFC 6265bis 5.6: an attribute whose value is longer is ignored. */
const MAX_ATTRIBUTE = 1024;
/** RFC 6265bis 5.5: 400 days, in seconds. Browsers cut there. */
const MAX_AGE = 34_560_000;
/** Characters of a Cookie header that are read, and values that are taken from it. */
const MAX_HEADER = 16_384;
const MAX_VALUES = 16;

/** Checks the options and resolves them to the two cookies: a user's session has one of its own. */
export function resolveCookies(
  options: CookieOptions | undefined,
  defaults: { readonly sameSite?: "Lax" | "Strict" } = {},
): { user: CookieTemplate; anonymous: CookieTemplate } {
  const given = { ...options } as Unchecked;
  const { name = "id", domain, path = "/", embedded = false } = given;
  const { prefix = domain === undefined ? "__Host-" : "__Secure-" } = given;
  const { sameSite = embedded ? "None" : (defaults.sameSite ?? "Lax") } = given;
  const { partitioned = embedded } = given;

  for (const key of Object.keys(given)) {
    check(
      NAMES.includes(key),
      key === "secure" || key === "httpOnly"
        ? `${key} cannot be chosen: the cookie is always Secure and HttpOnly, which works on http://localhost too. Remove it.`
        : `${key} is no option. Options: ${NAMES.join(", ")}.`,
    );
  }
  check(
    NAME.test(name) && !HAS_PREFIX.test(name) && !/-anon$/i.test(name),
    'name: write letters, digits, "_" and "-", without prefix (that is the option prefix) and without "-anon" at its end (the anonymous session\'s cookie), as in "id".',
  );
  check(PREFIXES.includes(prefix), `prefix: write one of ${PREFIXES.join(", ")}, in this case.`);
  if (HOST_PREFIXES.includes(prefix)) {
    const refused = "browsers drop a __Host- cookie that has one.";
    check(domain === undefined, `domain: ${refused} Remove prefix, or write prefix: "__Secure-".`);
    check(path === "/", `path: ${refused} Write path: "/", or prefix: "__Secure-".`);
  }
  check(
    domain === undefined || (domain.length < 254 && DOMAIN.test(domain)),
    'domain: write a domain name in lower-case ASCII with no dot at either end, as in "example.com".',
  );
  check(
    path.length <= MAX_ATTRIBUTE && PATH.test(path),
    'path: write "/" or a path that begins with "/", in printable ASCII without ";", of at most 1,024 characters.',
  );
  check(SAME_SITES.includes(sameSite), `sameSite: write one of ${SAME_SITES.join(", ")}.`);
  check(
    typeof partitioned === "boolean" && typeof embedded === "boolean",
    "partitioned and embedded: write true or false.",
  );
  check(
    !embedded || (sameSite === "None" && partitioned),
    "embedded: it stands for SameSite=None and Partitioned. Remove sameSite and partitioned.",
  );
  check(
    sameSite !== "None" || embedded || given.partitioned !== undefined,
    "sameSite: None lets every site send the cookie. For pages that others embed write embedded: true instead; if you mean it, write partitioned: false beside it.",
  );
  check(
    !partitioned || domain === undefined,
    "domain: a partitioned cookie is for one host. Remove domain.",
  );

  const attributes =
    `; Path=${path}` +
    (domain === undefined ? "" : `; Domain=${domain}`) +
    `; Secure; HttpOnly; SameSite=${sameSite}` +
    (partitioned ? "; Partitioned" : "");
  const full = prefix + name;
  return {
    user: { name: full, attributes },
    anonymous: { name: `${full}-anon`, attributes },
  };
}

/**
 * The value of a Set-Cookie header. Without `maxAgeSeconds` the cookie ends with the browser; more than
 * 400 days are cut to that, as a browser would.
 *
 * `value` is base64url and nothing else. The check is ours because runtimes let U+0001 and U+007F into
 * a header, and browsers then drop the cookie.
 */
export function serializeCookie(
  template: CookieTemplate,
  value: string,
  maxAgeSeconds?: number,
): string {
  const { name, attributes } = template;
  if (!/^[\w-]+$/.test(value)) throw new TypeError("A cookie's value is a base64url string.");
  if (name.length + value.length > MAX_PAIR) {
    throw new TooLargeError("Browsers drop a cookie of more than 4,096 bytes.");
  }
  const cookie = `${name}=${value}${attributes}`;
  if (maxAgeSeconds === undefined) return cookie;
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError("Max-Age is a whole number of seconds, 0 or more.");
  }
  return `${cookie}; Max-Age=${Math.min(maxAgeSeconds, MAX_AGE)}`;
}

/** The Set-Cookie that removes the cookie. It repeats every attribute: else a browser ignores it. */
export function deletionCookie(template: CookieTemplate): string {
  return `${template.name}=${template.attributes}; Max-Age=0`;
}

/**
 * Every non-empty value that a Cookie header holds under exactly this name, in the order sent.
 *
 * Split on ";" only, SP and HTAB trimmed and no other white space, case-sensitive, nothing decoded and
 * nothing unquoted: each of these shortcuts has let another cookie pass for a `__Host-` one
 * (CVE-2020-8184 rack, CVE-2022-31629 PHP). What begins after 16 KiB, or is cut there, is not read,
 * and of one name at most 16 values: no browser sends as much to a server that sets cookies of its own
 * with care.
 */
export function cookieValues(header: string | null | undefined, name: string): string[] {
  const values: string[] = [];
  if (!header) return values;
  const text =
    header.length > MAX_HEADER
      ? header.slice(0, Math.max(0, header.lastIndexOf(";", MAX_HEADER)))
      : header;
  // From hit to hit of the name: a pair that does not hold it costs nothing.
  let hit = text.indexOf(name);
  while (hit !== -1 && values.length < MAX_VALUES) {
    let before = hit - 1;
    while (before >= 0 && isBlank(text.charCodeAt(before))) before--;
    let at = hit + name.length;
    while (isBlank(text.charCodeAt(at))) at++;
    const semicolon = text.indexOf(";", at);
    const end = semicolon === -1 ? text.length : semicolon;
    const starts = before < 0 || text.charCodeAt(before) === SEMICOLON;
    if (starts && text.charCodeAt(at) === EQUALS) {
      const value = trimBlanks(text, at + 1, end);
      if (value !== "") values.push(value);
    }
    // Whatever this pair was, its name cannot begin again before the next ";".
    hit = text.indexOf(name, end);
  }
  return values;
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function trimBlanks(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(`Option cookie.${message}`);
}
