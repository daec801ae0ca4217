import { type Clock, ConfigurationError, systemClock } from "@sojourn/core";
import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { type Database, openDatabase } from "./internal/database.ts";
import type { Locator } from "./internal/location.ts";

export { distanceKm, type Location, type Locator } from "./internal/location.ts";

export interface MaxmindLocatorOptions {
  /**
   * ms between two looks at whether the file was replaced, 1,000 at least. It is read again only then.
   * Default: nobody looks, and no timer runs; call `reload`.
   */
  readonly checkEvery?: number;
  /** Hears why a new file could not be taken when nobody waits for `reload`; default `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** For tests. */
  readonly clock?: Clock;
}

export interface MaxmindLocator extends Locator {
  /**
   * Reads the file again if it is another one than before. True: it was, and is in force. If it is
   * damaged or gone, it rejects with `ConfigurationError`, and the one from before stays in force.
   */
  reload(): Promise<boolean>;
  /** Ends the timer of `checkEvery`. It can be asked and reloaded as before. */
  close(): void;
}

/** The longest that a timer of JavaScript can be set to. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * Finds places in a local database of MaxMind's format, by its path or as its bytes: GeoLite2-City,
 * GeoLite2-Country and compatible ones. It is read into memory at once, so that a wrong path or a
 * damaged file is a `ConfigurationError` when the application starts.
 */
export function maxmindLocator(
  database: string | Uint8Array,
  options: MaxmindLocatorOptions = {},
): MaxmindLocator {
  const { checkEvery, onWarning = warnOnConsole, clock = systemClock } = options;
  check(database, checkEvery);
  const path = typeof database === "string" ? database : null;
  const first = typeof database === "string" ? readNow(database) : null;
  let current = first?.database ?? openDatabase(database as Uint8Array, "The database");
  let version = first?.version;
  let reloading: Promise<boolean> | null = null;
  const closed = new AbortController();

  async function readAgain(): Promise<boolean> {
    if (path === null) return false;
    const read = await readIfOther(path, version);
    if (read === null) return false;
    ({ database: current, version } = read);
    return true;
  }

  function reload(): Promise<boolean> {
    reloading ??= readAgain().finally(() => {
      reloading = null;
    });
    return reloading;
  }

  async function keepLooking(every: number): Promise<void> {
    for (;;) {
      await clock.sleep(every, closed.signal, { background: true });
      if (closed.signal.aborted) return;
      await reload().catch((error: unknown) => onWarning((error as Error).message));
    }
  }

  if (checkEvery !== undefined) void keepLooking(checkEvery);
  return {
    locate: (address) => current.locate(address),
    reload,
    close: () => closed.abort(),
  };
}

function check(database: unknown, checkEvery: number | undefined): void {
  const isPath = typeof database === "string" && database !== "";
  if (!isPath && !(database instanceof Uint8Array)) {
    throw new ConfigurationError(
      'There is no database. Give the path of a file, as in maxmindLocator("GeoLite2-City.mmdb"), or its bytes.',
    );
  }
  if (checkEvery === undefined) return;
  if (!isPath) {
    throw new ConfigurationError(
      "checkEvery is for a file. Give its path instead of its bytes, or leave checkEvery out.",
    );
  }
  if (Number.isInteger(checkEvery) && checkEvery >= 1_000 && checkEvery <= LONGEST_WAIT) return;
  throw new ConfigurationError(
    `checkEvery is ${String(checkEvery)}. Write ms, from 1000 to ${LONGEST_WAIT}: once an hour is 3_600_000.`,
  );
}

/** A database and which file it is from: one that was moved into place is another. */
interface Read {
  readonly database: Database;
  readonly version: string;
}

function versionOf({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join();
}

function readNow(path: string): Read {
  const file = attempt(path, () => openSync(path, "r"));
  try {
    const version = versionOf(fstatSync(file));
    const bytes = attempt(path, () => readFileSync(file));
    return { database: openDatabase(bytes, path), version };
  } finally {
    closeSync(file);
  }
}

/** Null: it is still the same file. Looked at and read through one descriptor, so both are of one file. */
async function readIfOther(path: string, than: string | undefined): Promise<Read | null> {
  const file = await open(path, "r").catch((cause: unknown) => unreadable(path, cause));
  try {
    const version = versionOf(await file.stat());
    if (version === than) return null;
    const bytes = await file.readFile().catch((cause: unknown) => unreadable(path, cause));
    return { database: openDatabase(bytes, path), version };
  } finally {
    await file.close();
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    return unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): never {
  const code = String((cause as { code?: unknown } | null)?.code ?? "unknown");
  throw new ConfigurationError(
    `${path} cannot be read (${code}). Give the path of a .mmdb file that this process may read.`,
    { cause },
  );
}

function warnOnConsole(message: string): void {
  // oxlint-disable-next-line no-console
  console.warn(`Sojourn: ${message}`);
}
