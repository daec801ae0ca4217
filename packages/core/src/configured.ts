import { warnOnConsole } from "./internal/engine.ts";
import type { SessionData, SessionsOptions } from "./options.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/**
 * What an adapter is configured with: the options, a ready `Sessions`, or a function that gives
 * either, where secrets and bindings come with the request.
 */
export type Configuration<Data extends object = SessionData, Context = unknown> =
  | Configured<Data>
  | ((context: Context) => Configured<Data> | Promise<Configured<Data>>);

type Configured<Data extends object> = SessionsOptions<Data> | Sessions<Data>;

/** Tenants or secrets in turn, that is; an application has one or two. */
const MAX_KEPT = 16;
const MISSES_BEFORE_WARNING = 32;

/** Compared by value. All others (store, schema, functions) are the same only if identical. */
const PLAIN = new Set<string>([
  "secret",
  "timeouts",
  "cookie",
  "onConflict",
  "csrf",
  "binding",
  "client",
  "clearSiteData",
] satisfies (keyof SessionsOptions)[]);

/**
 * The `Sessions` for a request's context. Options are checked and built once: a value now, what a
 * function gives when it first gives it. So a function may well write its options anew for each
 * request, as long as store, schema and listeners in them are not made anew. A promise only where
 * there is something to wait for.
 */
export function configured<Data extends object = SessionData, Context = unknown>(
  configuration: Configuration<Data, Context>,
): (context: Context) => Sessions<Data> | Promise<Sessions<Data>> {
  if (typeof configuration !== "function") {
    const sessions = sessionsOf(configuration);
    return () => sessions;
  }
  const kept = keepSessions<Data>();
  return async (context) => {
    const given = await configuration(context);
    return isSessions(given) ? given : kept(given);
  };
}

/** The `Sessions` of the latest distinct options, the most recently used first. */
function keepSessions<Data extends object>(): (options: SessionsOptions<Data>) => Sessions<Data> {
  const entries: { options: SessionsOptions<Data>; sessions: Sessions<Data> }[] = [];
  let misses = 0;

  function warn(options: SessionsOptions<Data>): void {
    const [latest] = entries;
    const changed = Object.keys(options).filter((name) => differs(name, options, latest?.options));
    const { onWarning = warnOnConsole } = options;
    onWarning(
      `The options function gave other options ${misses} times in a row, and each time they had to be checked and built. ` +
        `Create what is new at each call (${changed.join(", ")}) once, outside of the function; where the options really are that many, return a Sessions of your own keeping from it.`,
    );
  }

  return (options) => {
    const at = entries.findIndex((entry) => sameOptions(entry.options, options));
    const [hit] = at === -1 ? [] : entries.splice(at, 1);
    misses = hit === undefined ? misses + 1 : 0;
    if (misses === MISSES_BEFORE_WARNING) warn(options);
    // A copy: the function may write the next secret into the very same object.
    const entry = hit ?? { sessions: createSessions(options), options: copyOf(options) };
    entries.unshift(entry);
    entries.length = Math.min(entries.length, MAX_KEPT);
    return entry.sessions;
  };
}

function sessionsOf<Data extends object>(given: Configured<Data>): Sessions<Data> {
  return isSessions(given) ? given : createSessions(given);
}

function isSessions<Data extends object>(given: Configured<Data>): given is Sessions<Data> {
  return typeof given === "object" && given !== null && "begin" in given;
}

type Fields = Readonly<Record<string, unknown>>;

function sameOptions(one: object, other: object): boolean {
  const names = Object.keys({ ...one, ...other });
  return names.every((name) => !differs(name, one, other));
}

function differs(name: string, one: object, other: object | undefined): boolean {
  const [a, b] = [(one as Fields)[name], (other as Fields | undefined)?.[name]];
  return PLAIN.has(name) ? !sameValue(a, b) : !Object.is(a, b);
}

function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  return Object.keys({ ...one, ...other }).every((key) => sameValue(one[key], other[key]));
}

function copyOf<Data extends object>(options: SessionsOptions<Data>): SessionsOptions<Data> {
  const entries = Object.entries(options).map(([name, value]) => [
    name,
    PLAIN.has(name) ? copyOfValue(value) : value,
  ]);
  return Object.fromEntries(entries) as SessionsOptions<Data>;
}

function copyOfValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOfValue);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOfValue(each)]));
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
