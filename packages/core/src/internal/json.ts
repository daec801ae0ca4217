import { InvalidDataError } from "../errors.ts";

/** Deeper than any session's data should be, and far from where JSON.stringify overflows the stack. */
const MAX_DEPTH = 64;

/** Names that reach a prototype when somebody merges what was stored (CWE-1321). */
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN.has(key);
}

/** The text of a value that comes back equal from `parseJson`; anything else is an error. */
export function stringifyJson(value: unknown, key: string): string {
  assertJson(value, key, 0);
  return JSON.stringify(value);
}

/** Throws on text that is not JSON or that holds a forbidden name: the record is corrupt. */
export function parseJson(text: string): unknown {
  // The scan spares nearly every text the walk; \u escapes could spell a name in another way.
  const suspicious = /__proto__|constructor|prototype|\\u/.test(text);
  const value: unknown = JSON.parse(text);
  if (suspicious) assertJson(value, "data", 0);
  return value;
}

/** A deep copy of arrays and plain objects: a schema's defaults are one object for all its outputs. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = cloneJson(value[key]);
  return copy as T;
}

function assertJson(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (depth > MAX_DEPTH) {
    throw new InvalidDataError(`"${path}" is nested too deeply, or contains itself.`);
  }
  if (Array.isArray(value)) {
    for (const item of value) assertJson(item, path, depth + 1);
    return;
  }
  if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      if (FORBIDDEN.has(key)) throw new InvalidDataError(`"${path}" holds the name "${key}".`);
      // JSON leaves such a key out, so that it comes back absent, as it would from { key?: T }.
      if (value[key] !== undefined) assertJson(value[key], path, depth + 1);
    }
    return;
  }
  throw new InvalidDataError(
    `"${path}" holds something that JSON cannot (a ${describe(value)}). ` +
      "Store strings, finite numbers, booleans, null, arrays and plain objects.",
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function describe(value: unknown): string {
  return typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value;
}
