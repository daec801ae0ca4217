import { ConfigurationError, TooLargeError } from "./errors.ts";

/**
 * What may be chosen about the session's cookie. It is always Secure and HttpOnly, and there is no
 * mode in which it is not: Chromium and Firefox treat http://localhost as trustworthy and keep it.
 *
 * Combinations that a browser would drop do not compile, and are refused when configured.
 */
export type CookieOptions = {
  /** Without prefix; default "id", or "id-partitioned". The anonymous session's cookie adds "-anon". */
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

const HOST_PREFIXES = ["__Host-", "__Host-Http-"];
const PREFIXES = ["__Host-", "__Host-Http-", "__Secure-", "__Http-"];

/** RFC 6265bis 5.6: name and value together; attributes and the "=" do not count. */
const MAX_PAIR = 4096;
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
  // Without the union's rules: a caller without types has not heard of them.
  const given: { [Key in KeyOf<CookieOptions>]?: unknown } = { ...options };
  const { domain, path = "/", embedded = false, ...others } = given;
  const {
    prefix = domain === undefined ? "__Host-" : "__Secure-",
    sameSite = embedded ? "None" : (defaults.sameSite ?? "Lax"),
    partitioned = embedded,
    // Of one name a browser may hold two cookies, if one of them is partitioned, and sends both: who
    // changes the option must not lock out those who have one of each.
    name = partitioned ? "id-partitioned" : "id",
    ...unknown
  } = others;

  for (const key in unknown) {
    const fixed = key === "secure" || key === "httpOnly";
    refuse(key, fixed ? "always on, on http://localhost too. Remove it" : "no such option");
  }
  oneOf("prefix", prefix, PREFIXES);
  oneOf("sameSite", sameSite, ["Lax", "Strict", "None"]);
  oneOf("embedded", embedded, [true, false]);
  oneOf("partitioned", partitioned, [true, false]);
  // Browsers match prefixes in any case (RFC 6265bis 5.7): one in the name is a second prefix. And the
  // length is bounded so that a token, of 112 characters, always finds room.
  if (!matches(name, /^(?!__(host|secure|http)-)[\w-]{1,128}$(?<!-anon)/i)) {
    refuse("name", 'write letters, digits, "_", "-", without prefix and not ending in "-anon"');
  }
  if (HOST_PREFIXES.includes(prefix as string)) {
    const remedy = 'browsers refuse it with __Host-. Write prefix: "__Secure-", or remove it';
    if (domain !== undefined) refuse("domain", remedy);
    if (path !== "/") refuse("path", remedy);
  }
  // Two labels at least and no IP address: browsers drop Domain=localhost and Domain=com. A public
  // suffix, such as co.uk, they drop too; that list is not ours to carry.
  if (domain !== undefined && !matches(domain, /^(?=.{3,253}$)([a-z\d-]+\.)+[a-z][a-z\d-]*$/)) {
    refuse("domain", 'write it as "example.com": lower-case ASCII, no dot at the ends');
  }
  // RFC 6265bis 5.6: an attribute of more than 1,024 bytes is ignored.
  if (!matches(path, /^\/[!-:<-~]{0,1023}$/)) {
    refuse("path", 'write "/..." in ASCII without ";" or space, at most 1,024 characters');
  }
  if (embedded && (sameSite !== "None" || !partitioned)) {
    refuse("embedded", "means SameSite=None; Partitioned. Remove sameSite and partitioned");
  }
  if (sameSite === "None" && given.partitioned === undefined && !embedded) {
    refuse(
      "sameSite",
      "every site could send it. For embedded pages write embedded: true instead, else partitioned: false beside it",
    );
  }
  if (partitioned && domain !== undefined) refuse("domain", "not with partitioned. Remove it");

  const attributes =
    `; Path=${path}` +
    (domain === undefined ? "" : `; Domain=${domain}`) +
    `; Secure; HttpOnly; SameSite=${sameSite}` +
    (partitioned ? "; Partitioned" : "");
  const full = `${prefix}${name}`;
  return {
    user: { name: full, attributes },
    anonymous: { name: `${full}-anon`, attributes },
  };
}

type KeyOf<Union> = Union extends unknown ? keyof Union : never;

function oneOf(key: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) refuse(key, `write ${allowed.join(" or ")}`);
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function refuse(key: string, message: string): never {
  throw new ConfigurationError(`Option cookie.${key}: ${message}.`);
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
  if (!/^[\w-]+$/.test(value)) throw new TypeError("A cookie's value is base64url.");
  if (name.length + value.length > MAX_PAIR) {
    throw new TooLargeError("Browsers drop a cookie of more than 4,096 bytes.");
  }
  const cookie = `${name}=${value}${attributes}`;
  if (maxAgeSeconds === undefined) return cookie;
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError("Max-Age is in whole seconds.");
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
 * (CVE-2020-8184 rack, CVE-2022-31629 PHP). Of a header of more than 16 KiB only the cookies before
 * that mark are read, and of one name the first 16: the work is bounded whatever is sent, and a cookie
 * beyond the mark is as good as not sent.
 */
export function cookieValues(header: string | null | undefined, name: string): string[] {
  const values: string[] = [];
  if (!header) return values;
  const text =
    header.length > MAX_HEADER
      ? header.slice(0, Math.max(0, header.lastIndexOf(";", MAX_HEADER)))
      : header;
  // From pair to pair that holds the name somewhere: the others cost nothing.
  let hit = text.indexOf(name);
  while (hit !== -1 && values.length < MAX_VALUES) {
    const semicolon = text.indexOf(";", hit);
    const end = semicolon === -1 ? text.length : semicolon;
    const pair = text.slice(text.lastIndexOf(";", hit) + 1, end);
    const equals = pair.indexOf("=");
    const value = trimBlanks(pair.slice(equals + 1));
    if (equals !== -1 && value !== "" && trimBlanks(pair.slice(0, equals)) === name) {
      values.push(value);
    }
    hit = text.indexOf(name, end);
  }
  return values;
}

/** Not `trim`, which takes U+00A0 and its kin off too and so turns another name into ours. */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (isBlank(text[from])) from++;
  while (to > from && isBlank(text[to - 1])) to--;
  return text.slice(from, to);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
