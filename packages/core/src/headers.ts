/** The part of `Headers` that the core needs to edit a response; other servers' headers adapt to it. */
export interface HeaderEditor {
  /** The value, several joined by ", "; null where there is none. */
  get(name: string): string | null;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

/** RFC 9213 and its forerunners: a cache that knows one of these ignores Cache-Control. */
const TARGETED = [
  "CDN-Cache-Control",
  "Cloudflare-CDN-Cache-Control",
  "Surrogate-Control",
  "Vercel-CDN-Cache-Control",
];

/** Adds a token to a comma-separated header, once. */
export function appendToken(headers: HeaderEditor, name: string, token: string): void {
  const value = headers.get(name);
  const tokens = value?.split(",").map((part) => part.trim().toLowerCase()) ?? [];
  if (tokens.includes("*") || tokens.includes(token.toLowerCase())) return;
  headers.set(name, value ? `${value}, ${token}` : token);
}

/** For one user's eyes: what lets a shared cache keep the response goes (CVE-2023-30861 is one). */
export function makePrivate(headers: HeaderEditor): void {
  // A quoted argument may hold commas.
  const directives = headers.get("Cache-Control")?.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  const kept = directives
    .map((directive) => directive.trim())
    .filter((directive) => !/^(public|private|s-maxage)\b/i.test(directive));
  headers.set("Cache-Control", ["private", ...kept].join(", "));
  overrideTargeted(headers, "private");
}

/** For nobody's cache: the response hands out a token. */
export function makeUncacheable(headers: HeaderEditor): void {
  headers.set("Cache-Control", "no-store");
  overrideTargeted(headers, "no-store");
}

function overrideTargeted(headers: HeaderEditor, value: string): void {
  for (const name of TARGETED) {
    if (headers.get(name) !== null) headers.set(name, value);
  }
}
