import {
  type Client,
  type Clock,
  ConfigurationError,
  type SessionEvent,
  type SessionEventListener,
  type StorePowers,
  systemClock,
} from "@sojourn/core";
import type { Acting, Detector, DetectorKit } from "./detector.ts";
import type { WatchedSessions } from "./internal/acting.ts";
import { createAlarms } from "./internal/alarms.ts";
import { checkAct, checkCount, checkNames, checkTime } from "./internal/checks.ts";
import { createCounter } from "./internal/counters.ts";
import { createFamiliar } from "./internal/familiar.ts";
import { createGossip } from "./internal/gossip.ts";
import { createLatest } from "./internal/latest.ts";
import { createThrottle } from "./internal/throttle.ts";

export interface WatchOptions {
  /** What to look for: `[guessing(), hijacking(), newDevice(), churn(), manySessions()]`. */
  readonly detectors: readonly Detector[];
  /** The application's own listener: hears every event, and the alerts among them. */
  readonly onEvent?: SessionEventListener;
  /** What alerts do, where their detector was not told anything else. Default: nothing but being told. */
  readonly act?: Acting;
  /** ms in which one thing (a network that guesses, a user who travels) is alerted once; default an hour. */
  readonly quietFor?: number;
  /**
   * `store.powers`: what was seen by all processes on this store counts together, and one of them raises
   * the alert. Default: each process by itself. Needs `once`; without `channel` alerts are raised once
   * and devices known to all, but each process counts by itself.
   */
  readonly shared?: StorePowers | undefined;
  /** Keeps the watches of two applications on one store apart, as the option `namespace` of the sessions. */
  readonly namespace?: string;
  /** How much each thing that is remembered holds at most (networks, users); default 10,000 entries. */
  readonly maxEntries?: number;
  /** Hears what an operator should mend; default `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** For tests. */
  readonly clock?: Clock;
}

/** Give `onEvent` and `throttle` to `createSessions`, and what that made to `use`. */
export interface Watcher {
  readonly onEvent: SessionEventListener;
  readonly throttle: (client: Client) => number | null;
  /** What alerts act upon; gives back what it was given: `const sessions = watcher.use(createSessions(...))`. */
  use<S extends WatchedSessions>(sessions: S): S;
  /** How many entries are held in memory, all told. */
  readonly entries: number;
  /** Resolves once what was seen is told to the other processes, and alerts are raised and acted upon. */
  drain(): Promise<void>;
  /** Hears other processes no more. Before the store is closed. */
  close(): void;
}

const DEFAULTS = {
  // Who reads alerts reads the second one, too; of an attack that goes on there is one each hour.
  quietFor: 3_600_000,
  // Some 550 bytes each: five megabytes for what counts networks. An attacker who has more than
  // ten thousand of them is found by what they do together.
  maxEntries: 10_000,
};

const OPTIONS = [
  "detectors",
  "onEvent",
  "act",
  "quietFor",
  "shared",
  "namespace",
  "maxEntries",
  "onWarning",
  "clock",
];

/**
 * Watches the stream of events: passes each on, and adds an `alert` to it where a detector concludes
 * something. It never changes the outcome of a request by itself; `act` says what an alert does.
 * Throws a `ConfigurationError` that names the remedy.
 */
export function watch(options: WatchOptions): Watcher {
  const { detectors, quietFor, maxEntries, clock, shared, namespace } = checked(options);
  const { onEvent, onWarning = warnOnConsole } = options;
  const pending = new Set<Promise<unknown>>();
  const sizes: { readonly size: number }[] = [];
  const warned = new Set<string>();
  let sessions: WatchedSessions | null = null;

  function warn(message: string): void {
    if (!warned.has(message)) onWarning(message);
    warned.add(message);
  }

  const { once = null, channel } = shared ?? {};
  const topic = `sojourn:watch:${namespace}`;
  const gossip = channel
    ? createGossip({ channel, topic, clock, maxEntries, onWarning: warn })
    : null;
  if (shared !== undefined && gossip === null) {
    warn("The store has no channel: each process counts by itself what the watch counts.");
  }
  const throttle = createThrottle(clock, maxEntries, gossip);
  const alarms = createAlarms({
    namespace,
    quietFor,
    act: options.act,
    once,
    clock,
    maxEntries,
    throttle,
    sessions: () => sessions,
    tell,
    warn,
    inBackground,
  });
  sizes.push(throttle, alarms);
  if (gossip !== null) sizes.push(gossip);

  function kept<T extends { readonly size: number }>(made: T): T {
    sizes.push(made);
    return made;
  }

  function kitFor(detector: Detector): DetectorKit {
    const nameOf = (name: string) => `${detector.name} ${name}`;
    return {
      raise: (finding) => alarms.raise(detector, finding),
      counter: (asked) => kept(createCounter(nameOf(asked.name), asked, maxEntries, gossip)),
      latest: <V>(asked = { name: "", parse: (): V | null => null, heard: () => {} }) =>
        kept(createLatest<V>(nameOf(asked.name), asked, maxEntries, asked.name ? gossip : null)),
      familiar: (asked) =>
        kept(createFamiliar(`${namespace} ${nameOf(asked.name)}`, asked, maxEntries, once)),
      async countSessions(userId, most) {
        if (sessions === null) {
          warn("manySessions({ most }) sees no sessions: watcher.use(createSessions(...)).");
          return null;
        }
        return (await sessions.list(userId, { limit: most })).sessions.length;
      },
      inBackground,
    };
  }

  function inBackground(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : "no Error";
        warn(`The watch could not find something out: ${name}.`);
      })
      .finally(() => pending.delete(tracked));
    pending.add(tracked);
  }

  function tell(event: SessionEvent, client: Client | null): void {
    try {
      const heard: unknown = onEvent?.(event, client);
      if (heard instanceof Promise) heard.catch(listenerFailed);
    } catch (error) {
      listenerFailed(error);
    }
  }

  function listenerFailed(error: unknown): void {
    const name = error instanceof Error ? error.name : "no Error";
    onWarning(`The watch's onEvent listener failed: ${name}.`);
  }

  const watching = detectors.map((detector) => ({
    name: detector.name,
    see: detector.begin(kitFor(detector)),
  }));

  return {
    onEvent(event, client) {
      // First as it happened, then what follows from it.
      tell(event, client);
      if (event.type === "alert") return;
      for (const { name, see } of watching) {
        try {
          see(event, client);
        } catch (error) {
          warn(`The detector ${name} failed: ${error instanceof Error ? error.name : "no Error"}.`);
        }
      }
    },
    throttle: (client) => throttle.secondsFor(client),
    use(given) {
      sessions = given;
      return given;
    },
    get entries() {
      return sizes.reduce((sum, { size }) => sum + size, 0);
    },
    async drain() {
      while (pending.size > 0) await Promise.all(pending);
      await gossip?.drain();
      while (pending.size > 0) await Promise.all(pending);
    },
    close: () => gossip?.close(),
  };
}

function checked(options: WatchOptions) {
  checkNames("watch", options, OPTIONS);
  const { detectors, shared, namespace = "", clock = systemClock } = options;
  const { quietFor, maxEntries } = { ...DEFAULTS, ...options };
  const are = Array.isArray(detectors) && detectors.every((each) => isDetector(each));
  if (!are || detectors.length === 0) {
    throw new ConfigurationError(
      "There is nothing to watch for. Give detectors, such as [guessing(), hijacking()].",
    );
  }
  const names = detectors.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new ConfigurationError(`There are two detectors ${twice}. Leave one out.`);
  }
  checkTime("watch: quietFor", quietFor);
  checkCount("watch: maxEntries", maxEntries);
  checkAct("watch: act", options.act);
  if (shared !== undefined && shared?.once === undefined) {
    throw new ConfigurationError(
      "watch: shared has no `once`. Give the powers of a store that has one, as all of Sojourn's own do: store.powers.",
    );
  }
  // A topic is a name, of 256 bytes at most.
  if (typeof namespace !== "string" || !/^[\w.:-]{0,128}$/.test(namespace)) {
    throw new ConfigurationError(
      'watch: namespace: write up to 128 letters, digits, ".", ":", "_" or "-".',
    );
  }
  return { detectors, quietFor, maxEntries, clock, shared, namespace };
}

function isDetector(value: unknown): value is Detector {
  const { name, begin } = (value ?? {}) as Partial<Detector>;
  return typeof name === "string" && name !== "" && typeof begin === "function";
}

function warnOnConsole(message: string): void {
  // oxlint-disable-next-line no-console
  console.warn(`Sojourn: ${message}`);
}
