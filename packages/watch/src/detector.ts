import type { Client, SessionEvent } from "@sojourn/core";

/** What a detector has concluded, as it is told in the stream of events. */
export type Alert = Extract<SessionEvent, { readonly type: "alert" }>;

/** What an alert does, besides being told. What does not apply to an alert (it names no session) is left. */
export interface Act {
  /** Ends the session that the alert names, or all of its user's. */
  readonly revoke?: "session" | "user";
  /** The session that the alert names can be read again only once its user has authenticated. */
  readonly requireReauthentication?: boolean;
  /**
   * For so many ms whoever comes from the network that the alert is about with a token, or to log in,
   * is answered 429, and the store is not asked. A network is a household, an office, at times a town.
   */
  readonly throttle?: number;
}

/** What to do about an alert. A function decides by what the alert says; null: nothing. */
export type Acting = Act | ((alert: Alert) => Act | null);

/** What every detector can be told besides. */
export interface DetectorOptions {
  /** What its alerts do. Default: what `watch` was told. */
  readonly act?: Acting;
  /** ms in which one thing is alerted once. Default: what `watch` was told. */
  readonly quietFor?: number;
}

/** A function of the stream of events. What it remembers it keeps in what the kit gives it, which is bounded. */
export interface Detector extends DetectorOptions {
  /** The `reason` of its alerts. */
  readonly name: string;
  /** Begins: gives what sees every event, in the order in which they happen. */
  begin(kit: DetectorKit): (event: SessionEvent, client: Client | null) => void;
}

/** What a detector is given to work with. */
export interface DetectorKit {
  /** Raises an alert, unless the same one was raised a moment ago: see `quietFor`. */
  raise(finding: Finding): void;
  /** Counts by key within a time that moves on, also what other processes count, where they are told. */
  counter(options: CounterOptions): Counter;
  /** The latest value by key; with options also of other processes, where they are told. */
  latest<V>(options?: LatestOptions<V>): Latest<V>;
  /** What each user has been seen with. */
  familiar(options: FamiliarOptions): Familiar;
  /** How many live sessions the user has, `most` at most; null: `watcher.use` was given no sessions. */
  countSessions(userId: string, most: number): Promise<number | null>;
  /** For what takes a while: a failure is a warning, and `drain` waits. */
  inBackground(work: Promise<unknown>): void;
}

export interface Finding {
  /** What it is about, such as a network or a user: one subject is one alert in `quietFor`. */
  readonly subject: string;
  readonly severity: Alert["severity"];
  /** What shows it. No secret, and of a client only what events tell of it. */
  readonly evidence: Alert["evidence"];
  /** The event that the conclusion was drawn from: its time, session, user and client are the alert's. */
  readonly event: SessionEvent;
  /** Who sent that request, whole. */
  readonly client?: Client | null;
  /** The network to hold off, where `act` says so: see `sourceOf`. */
  readonly source?: string | null;
}

export interface CounterOptions {
  /** Tells it from the detector's other counters. */
  readonly name: string;
  /** It has been reached when there are so many. */
  readonly most: number;
  /** ms. */
  readonly within: number;
  /** Called with each one from `most` on. */
  readonly reached: (reached: Reached) => void;
}

export interface Reached {
  readonly key: string;
  /** At least so many there were. */
  readonly count: number;
  /** The last one that this process saw. */
  readonly event: SessionEvent;
  readonly client: Client | null;
}

export interface Counter {
  add(key: string, event: SessionEvent, client: Client | null): void;
}

export interface LatestOptions<V> {
  readonly name: string;
  /** What another process sent: null where it is no such value. */
  readonly parse: (value: unknown) => V | null;
  /** Another process has told of this value, which has been set. */
  readonly heard: (key: string, value: V) => void;
}

export interface Latest<V> {
  get(key: string): V | undefined;
  /** `tell`: other processes are to know it. */
  set(key: string, value: V, options?: { readonly tell?: boolean }): void;
}

export interface FamiliarOptions {
  readonly name: string;
  /** ms for which something stays familiar after it was last seen, at least. */
  readonly for: number;
}

export interface Familiar {
  /** Which of these are new with this user; null: the user is. From now on none of it is. */
  meet(userId: string, things: readonly string[], at: number): Promise<readonly string[] | null>;
}

// As in the core: what one household or office has, and what is kept of an address by default.
const NETWORK: readonly [ipv4: number, ipv6: number] = [24, 56];

/** The network that a request came from, as detectors count by it; null: not known. */
export function sourceOf(event: SessionEvent | null, client: Client | null): string | null {
  // An address that comes without its network was given by hand.
  const source = client?.network?.(...NETWORK) ?? client?.address;
  return source ?? event?.client?.address ?? null;
}
