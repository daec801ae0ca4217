import { escaped, unescaped } from "./text.ts";

/**
 * How a session's data lies in its column: one JSON object whose values are strings, each of which holds
 * the JSON text of one key. So the database can put a key in and take one out without ever parsing what
 * the application wrote: `1.0` stays `1.0`, and a text with `\u0000` in it is a text like any other.
 *
 * And so a patch (RFC 7396) is exact: no value is an object into which it would merge, and none is null,
 * which is its sign for a key that goes.
 */
export function packData(data: Readonly<Record<string, string>>): string {
  return pack(data);
}

/** The patch that a change of data is. */
export function packPatch(set: Readonly<Record<string, string>>, unset: readonly string[]): string {
  return pack({ ...Object.fromEntries(unset.map((key) => [key, null])), ...set });
}

/** Texts that keys must have, null for absent. */
export function packExpected(expect: Readonly<Record<string, string | null>>): string {
  return pack(expect);
}

/** Undefined: it is no data of ours. */
export function unpackData(stored: unknown): Record<string, string> | undefined {
  if (typeof stored !== "string") return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(stored);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed);
  if (!entries.every(([, text]) => typeof text === "string")) return undefined;
  return Object.fromEntries(entries.map(([key, text]) => [unescaped(key), text as string]));
}

function pack(texts: Readonly<Record<string, string | null>>): string {
  // fromEntries defines keys where an assignment to "__proto__" would not.
  const entries = Object.entries(texts).map(([key, text]) => [escaped(key), text]);
  return JSON.stringify(Object.fromEntries(entries));
}
