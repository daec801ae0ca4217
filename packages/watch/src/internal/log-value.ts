/** What a field of a log may be: JSON. */
export type LogValue =
  | string
  | number
  | boolean
  | null
  | readonly LogValue[]
  | { readonly [name: string]: LogValue };

/** UTF-16 units that are kept of a text. */
const LONGEST_TEXT = 512;
const MOST_ENTRIES = 50;
const DEEPEST = 6;

// C0, DEL, C1 and ESC (CWE-117, terminal escapes), line and paragraph separators, and all that is
// there and not seen: bidi overrides (CVE-2021-42574), zero width, tags. Halves of characters, too.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

// A token of Sojourn is 112 characters of base64url. None belongs in an event; but a client can send
// anything as its name, its own token too.
const TOKEN = /[\w-]{112,}/g;

/**
 * The same value, fit for a log: plain JSON, of bounded size, in which no text can end a line, turn the
 * text after it round or hide. What is unsafe is written as `\u{a}`. Undefined: nothing that can be logged.
 */
export function logValue(value: unknown, depth: number = 0): LogValue | undefined {
  switch (typeof value) {
    case "string":
      return logText(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : logObject(value, depth);
    default:
      return undefined;
  }
}

// Most texts are these, and cost one look.
const HARMLESS = /^[ -~]{0,111}$/;

/** A text without what could forge a line of a log, or read as another text. */
export function logText(text: string): string {
  if (HARMLESS.test(text)) return text;
  // Tokens first: of one that is cut the rest would not be recognized.
  const told = text.replace(TOKEN, "[token]");
  const cut = told.length > LONGEST_TEXT ? `${told.slice(0, LONGEST_TEXT)}…` : told;
  return cut.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function logObject(value: object, depth: number): LogValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  // A message may hold anything. The name says what kind of error it is.
  if (value instanceof Error) return logText(value.name);
  if (depth >= DEEPEST) return "…";
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ENTRIES).map((entry) => logValue(entry, depth + 1) ?? null);
  }
  const fields: Record<string, LogValue> = {};
  for (const name of Object.keys(value).slice(0, MOST_ENTRIES)) {
    const entry = logValue((value as Readonly<Record<string, unknown>>)[name], depth + 1);
    if (entry === undefined) continue;
    if (name === "__proto__") define(fields, name, entry);
    else fields[logText(name)] = entry;
  }
  return fields;
}

/** Where an assignment would set something else. */
function define(fields: object, name: string, value: LogValue): void {
  Object.defineProperty(fields, name, { value, enumerable: true });
}
