import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Clock, systemClock } from "../clock.ts";
import { type CookieTemplate, resolveCookies } from "../cookie.ts";
import type { Client } from "../client.ts";
import { createGate, type Gate } from "../csrf.ts";
import {
  ConfigurationError,
  InvalidUserIdError,
  SojournError,
  StoreUnavailableError,
  ThrottledError,
} from "../errors.ts";
import type { EventBase, SessionEvent, SessionEventKind } from "../events.ts";
import { checkOptions, clearSiteData, type OnConflict, type SessionsOptions } from "../options.ts";
import { checkSecrets } from "../secrets.ts";
import type { PoweredStore, SessionEnvelope, SessionLimit, SessionRef } from "../store.ts";
import { parseDuration, type Policy, resolveTimeouts, type Timeouts } from "../timeouts.ts";
import { type Clients, createClients } from "./clients.ts";
import { createEpoch, type Epoch } from "./epoch.ts";
import { deriveKeys, powerName, userPartition } from "./keys.ts";
import { createRandomBytes, webRandom } from "./random.ts";
import { createSeals, type Seals } from "./seals.ts";
import { createSignals, type Signals } from "./signals.ts";
import { createTokens, type Tokens } from "./token.ts";
import { wrapStore } from "../wrap-store.ts";

/** The options resolved, and what every part of the core needs to do its work. */
export interface Engine {
  readonly store: PoweredStore;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly cookies: { readonly user: CookieTemplate; readonly anonymous: CookieTemplate };
  readonly timeouts: Timeouts;
  readonly schema: StandardSchemaV1<unknown, object> | undefined;
  readonly onInvalidData: NonNullable<SessionsOptions["onInvalidData"]>;
  readonly bearer: boolean;
  readonly exposeToken: boolean;
  readonly limit: SessionLimit;
  readonly maxBytes: number;
  readonly maxKeyBytes: number;
  readonly onReuse: "revoke" | "refuse";
  readonly saveOnError: boolean;
  randomBytes(length: number): Uint8Array;
  /** A random whole number of ms, 0 to `max`. */
  jitter(max: number): number;
  partitionOf(userId: string): string;
  conflictPolicy(key: string): OnConflict;
  policyOf(record: SessionEnvelope): Policy;
  readonly seals: Seals;
  readonly clients: Clients;
  readonly impersonation: boolean;
  readonly epoch: Epoch;
  readonly signals: Signals;
  readonly gate: Gate;
  readonly clearSiteData: string | null;
  /** Whether anybody hears of events. */
  readonly heard: boolean;
  /** Tells what happened, and from whom the request came. */
  emit(event: Told, client?: Client | null): void;
  /** Tells that a session has ended, the connections that live on it too. */
  ended(ref: SessionRef, event: Told, client?: Client | null): void;
  /** The name under which a power of the store keeps something. */
  nameOf(...parts: readonly string[]): string;
  /** What to answer where the source has to wait: option `throttle`. Null: it has not. */
  throttled(client: Client | null): ThrottledError | null;
  /** Says once that a cookie has left on plain http, where browsers drop it. */
  warnPlainHttp(): void;
  /** Runs what no response waits for. A failure becomes an event, not a rejection; `drain` waits. */
  inBackground(work: Promise<unknown>, waitUntil?: WaitUntil): Promise<unknown>;
  drain(): Promise<void>;
}

export type WaitUntil = (promise: Promise<unknown>) => void;

/** An event, but for what the engine adds. */
type Told = SessionEventKind &
  Pick<EventBase, "handle" | "userId"> &
  Partial<Pick<EventBase, "impersonator">>;

export function createEngine<Data extends object>(options: SessionsOptions<Data>): Engine {
  checkOptions(options);
  const {
    store,
    clock = systemClock,
    random = webRandom,
    maxPerUser = 100,
    onLimit = "evict-least-recent",
    maxBytes = 65_536,
    onConflict = "error",
    onEvent,
    onWarning = warnOnConsole,
  } = options;
  const timeouts = resolveTimeouts(options.timeouts);
  const strict = timeouts.default.preset === "aal3";
  const cookies = resolveCookies(options.cookie, strict ? { sameSite: "Strict" } : {});
  const { namespace = cookies.user.name } = options;
  const bearer = options.transport === "bearer";
  const randomBytes = createRandomBytes(random);
  const ring = checkSecrets(options.secret).map(deriveKeys);
  const seals = createSeals(ring, namespace);
  const pending = new Set<Promise<unknown>>();
  const warned = new Set<string>();

  /** Nothing that hears of us changes an outcome. */
  function warn(message: string): void {
    try {
      onWarning(message);
    } catch {
      // There is nobody left to tell.
    }
  }

  function warnOnce(message: string): void {
    if (!warned.has(message)) warn(message);
    warned.add(message);
  }

  const clients = createClients(seals, options.client, options.binding, () =>
    warnOnce(
      "binding.ip is set, and the client's address is not known, so that sessions are bound to none. " +
        "Serve through one of the adapters, which tell it, or give `client` by hand.",
    ),
  );

  function emit(told: Told, client: Client | null = null): void {
    if (onEvent === undefined) return;
    const event: SessionEvent = {
      impersonator: null,
      ...told,
      at: clock.now(),
      client: client && clients.keep(client),
    };
    try {
      const heard: unknown = onEvent(event, client);
      if (heard instanceof Promise) heard.catch(listenerFailed);
    } catch (error) {
      listenerFailed(error);
    }
  }

  function listenerFailed(error: unknown): void {
    warn(`The onEvent listener failed: ${error instanceof Error ? error.name : "no Error"}.`);
  }

  const wrapped = wrapStore(store, closed);
  const engine: Engine = {
    store: wrapped,
    clock,
    seals,
    clients,
    impersonation: options.impersonation ?? false,
    epoch: createEpoch(wrapped, clock, namespace),
    get signals() {
      return signals;
    },
    gate: createGate(bearer ? false : (options.csrf ?? {}), strict),
    clearSiteData: clearSiteData(options.clearSiteData),
    tokens: createTokens(ring, namespace, randomBytes),
    cookies,
    timeouts,
    schema: options.data,
    onInvalidData: options.onInvalidData ?? "drop",
    bearer,
    exposeToken: options.exposeToken ?? false,
    limit: { max: maxPerUser, onLimit },
    maxBytes,
    maxKeyBytes: options.maxKeyBytes ?? maxBytes,
    onReuse: options.onReuse ?? "revoke",
    saveOnError: options.saveOnError ?? false,
    randomBytes,
    jitter(max) {
      // Not randomBytes: four equal bytes may well come twice in a row.
      const bytes = new Uint8Array(4);
      random(bytes);
      return new DataView(bytes.buffer).getUint32(0) % (max + 1);
    },
    partitionOf(userId) {
      if (typeof userId !== "string" || userId === "" || !userId.isWellFormed()) {
        throw new InvalidUserIdError("A user id is a non-empty string of well-formed Unicode.");
      }
      return userPartition(namespace, userId);
    },
    conflictPolicy(key) {
      if (typeof onConflict === "string") return onConflict;
      return Object.hasOwn(onConflict, key) ? (onConflict[key] as OnConflict) : "error";
    },
    policyOf: ({ userId, policy }) =>
      userId === null ? timeouts.anonymous : (timeouts.policies.get(policy) ?? timeouts.default),
    heard: onEvent !== undefined,
    nameOf: (...parts) => powerName(namespace, ...parts),
    emit,
    ended(ref, told, client) {
      emit(told, client);
      const how = told.type === "session_expired" ? "expired" : "ended";
      signals.moved(ref.partition, ref.handle, how);
    },
    throttled(client) {
      const seconds: unknown = client && options.throttle?.(client);
      if (seconds === null || seconds === undefined) return null;
      if (typeof seconds !== "number" || Number.isNaN(seconds)) {
        throw new ConfigurationError(
          "throttle gave no number. It gives seconds, or null, at once: no promise is waited for.",
        );
      }
      if (seconds <= 0) return null;
      emit({ type: "source_throttled", reason: null, handle: null, userId: null }, client);
      return new ThrottledError(seconds);
    },
    warnPlainHttp() {
      warnOnce(
        "A session cookie was sent over plain http, where browsers drop it, since it is Secure. " +
          "Serve https; where a proxy in front does, name it in the adapter's option trustProxy.",
      );
    },
    inBackground(work, waitUntil) {
      const tracked: Promise<unknown> = work
        .catch((error: unknown) => {
          const reason = error instanceof SojournError ? error.code : "error";
          emit({ type: "background_failed", reason, handle: null, userId: null });
        })
        .finally(() => pending.delete(tracked));
      pending.add(tracked);
      waitUntil?.(tracked);
      return tracked;
    },
    async drain() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
  const signals = createSignals(engine, parseDuration(options.revalidate ?? "30s", "revalidate"));
  return engine;
}

/** Whatever a store rejects with, other than an error of ours, means that it is unavailable. */
function closed<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return operation().catch(unavailable);
  } catch (cause) {
    return Promise.reject(cause).catch(unavailable);
  }
}

function unavailable(cause: unknown): never {
  if (cause instanceof SojournError) throw cause;
  throw new StoreUnavailableError("The session store is unavailable.", { cause });
}

export function warnOnConsole(message: string): void {
  // The one place where the core speaks by itself; `onWarning` silences it.
  // oxlint-disable-next-line no-console
  console.warn(`Sojourn: ${message}`);
}
