import {
  type Clock,
  ConfigurationError,
  type PoweredStore,
  type SessionEventListener,
  type Store,
  type StorePowers,
  systemClock,
} from "@sojourn/core";
import { createActive } from "./internal/active.ts";
import { createAlerts, type Notice, noticeOf } from "./internal/alerts.ts";
import { answer } from "./internal/answer.ts";
import { checked } from "./internal/checks.ts";
import { columnOf } from "./internal/columns.ts";
import { createLatency } from "./internal/latency.ts";
import { createRings } from "./internal/rings.ts";
import type { BoardSessions, State } from "./internal/state.ts";
import { createTelling } from "./internal/telling.ts";

export interface DashboardOptions<Context = unknown> {
  /**
   * Whether the request is an operator's: only `true` lets it in, all others are answered 403. `context`
   * is what `fetch` was given besides. What it throws, `fetch` rejects with.
   */
  readonly isAdmin: (request: Request, context: Context) => boolean | Promise<boolean>;
  /** Shows everything and ends nothing. Default false. */
  readonly readOnly?: boolean;
  /** What the page is called; default "Sessions". */
  readonly title?: string;
  /** The application's own listener: hears every event. */
  readonly onEvent?: SessionEventListener;
  /** Hears what an operator has ended, for an audit log. `handle` null: all of the user's sessions. */
  readonly onRevoke?: (
    revoked: { readonly userId: string; readonly handle: string | null },
    request: Request,
    context: Context,
  ) => unknown;
  /** How many live sessions the store holds, where it can say. Asked at most once in ten seconds. */
  readonly countSessions?: () => number | Promise<number>;
  /**
   * `store.powers`: the figures are those of all processes on this store. Needs `channel`. Default: each
   * process tells of itself.
   */
  readonly shared?: StorePowers | undefined;
  /** Keeps the dashboards of two applications on one store apart, as the option `namespace` of the sessions. */
  readonly namespace?: string;
  /** For tests. */
  readonly clock?: Clock;
}

/** Give `onEvent` and `store(...)` to `createSessions`, and what that made to `use`. */
export interface Dashboard<Context = unknown> {
  readonly onEvent: SessionEventListener;
  /** The same store, of which calls are timed and failures counted. */
  store(store: Store): PoweredStore;
  /** What the page lists and ends sessions with; gives back what it was given. */
  use<S extends BoardSessions>(sessions: S): S;
  /** The page, wherever it is mounted: its links are queries. `context` goes to `isAdmin`. */
  fetch(request: Request, context?: Context): Promise<Response>;
  /** How many values are held in memory, all told: never more than a fixed number. */
  readonly entries: number;
  /** Resolves once what was counted is told to the other processes. */
  drain(): Promise<void>;
  /** Hears other processes no more. Before the store is closed. */
  close(): void;
}

/**
 * A page for operators: is something wrong, since when, who is affected, what can be done. It counts
 * events and store calls in a fixed amount of memory, and shows no token, no hash and no session's data.
 * Throws a `ConfigurationError` that names the remedy.
 */
export function dashboard<Context = unknown>(
  options: DashboardOptions<Context>,
): Dashboard<Context> {
  const { readOnly, title, namespace, channel } = checked(options);
  const { isAdmin, onEvent, onRevoke, clock = systemClock } = options;
  const rings = createRings();
  const active = createActive(rings);
  const alerts = createAlerts();
  const telling =
    channel === null
      ? null
      : createTelling({
          channel,
          namespace,
          clock,
          active,
          heardCount: (column, many) => rings.add(column, clock.now(), many),
          heardNotice: (notice) => alerts.add(notice),
        });

  function count(column: number): void {
    rings.add(column, clock.now());
    telling?.count(column);
  }

  function note(notice: Notice): void {
    alerts.add(notice);
    telling?.notice(notice);
  }

  const stopwatch = options.clock === undefined ? () => performance.now() : () => clock.now();
  const latency = createLatency({ count, stopwatch, now: () => clock.now() });
  let sessions: BoardSessions | null = null;
  // Where modules are loaded, Workers have no time: there it is 0.
  let since = clock.now();
  function begun(): number {
    since ||= clock.now();
    return since;
  }

  const state: State = {
    rings,
    active,
    alerts,
    latency,
    telling,
    clock,
    title,
    readOnly,
    get since() {
      return begun();
    },
    countSessions: counting(options.countSessions, clock),
    sessions: () => sessions,
  };

  return {
    onEvent(event, client) {
      begun();
      const column = columnOf(event);
      if (column >= 0) count(column);
      if (event.handle !== null && ALIVE.has(event.type)) {
        active.see(event.handle, event.userId !== null, clock.now());
        telling?.active();
      }
      const notice = noticeOf(event);
      if (notice !== null) note(notice);
      return onEvent?.(event, client);
    },
    store(store) {
      if (typeof (store as Partial<Store> | null)?.read !== "function") {
        throw new ConfigurationError("dashboard: store: give it a store, such as memoryStore().");
      }
      return latency.around(store);
    },
    use(given) {
      sessions = given;
      return given;
    },
    fetch: (request, context) =>
      answer(request, {
        state,
        isAdmin: async () => (await isAdmin(request, context as Context)) === true,
        revoked: (revoked) => onRevoke?.(revoked, request, context as Context),
      }),
    get entries() {
      return rings.entries + active.entries + alerts.entries + (telling?.entries ?? 0);
    },
    async drain() {
      await telling?.drain();
    },
    close: () => telling?.close(),
  };
}

/** Events of a session that is in use. */
const ALIVE: ReadonlySet<string> = new Set([
  "session_created",
  "session_accessed",
  "session_renewed",
  "session_rotated",
  "session_reauthenticated",
  "session_unlocked",
]);

/** ms for which a count is good, and that one may take before the page goes without. */
const GOOD_FOR = 10_000;
const PATIENCE = 2_000;

function counting(
  ask: DashboardOptions["countSessions"],
  clock: Clock,
): () => Promise<number | null> {
  if (ask === undefined) return () => Promise.resolve(null);
  let asked = -Infinity;
  let answer: Promise<number | null> = Promise.resolve(null);
  return () => {
    if (clock.now() - asked >= GOOD_FOR) {
      asked = clock.now();
      answer = Promise.resolve()
        .then(ask)
        .catch(() => null);
    }
    const late = new AbortController();
    return Promise.race([
      answer,
      clock.sleep(PATIENCE, late.signal, { background: true }).then(() => null),
    ]).finally(() => late.abort(null));
  };
}
