import {
  type Clock,
  createSessions,
  type SessionEvent,
  type SessionRecord,
  type Sessions,
  type SessionsOptions,
  type Store,
  systemClock,
} from "@sojourn/core";
import { createClient, type Fetch, type TestClient } from "../client.ts";
import { Oracle, storeOf } from "../store/oracle.ts";
import { type Routes, storyApp } from "./app.ts";
import type { AdapterFactory, StoryData } from "./server.ts";
import { type WatchedStore, watchStore } from "./watched-store.ts";

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
export const OTHER_SECRET = "Hk2vSx9Tq4LrWb7ZnC1yEd6JmPf8GuQa5oXi0KtRsVw=";

/** A story: what an observer of requests and responses sees of one rule. */
export interface Story {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

/** Time that only a story moves; the waits between retries, a few ms, are real. */
interface StoryClock extends Clock {
  advance(ms: number): void;
}

export interface Stage {
  readonly clock: StoryClock;
  /** What the core calls. */
  readonly store: WatchedStore;
  /** What lies in the store. */
  records(): readonly SessionRecord[];
  /** Forgets every record. */
  empty(): void;
  /** All that was said to the outside, by all sites. */
  readonly events: SessionEvent[];
  readonly warnings: string[];
  /** Serves the stories' application through the adapter under test. May be called several times: several servers. */
  serve(options?: SiteOptions): Promise<Site>;
  /** Waits for what no response waits for. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

type SiteOptions = Partial<SessionsOptions<StoryData>> & { readonly routes?: Routes };

/** One application, served. */
export interface Site {
  readonly sessions: Sessions<StoryData>;
  readonly fetch: Fetch;
  /** A new browser, on https. */
  browser(): TestClient;
}

/** What makes an implementation of ours a broken one: for tests of the stories themselves. */
export interface Defect {
  readonly options?: (options: SessionsOptions<StoryData>) => SessionsOptions<StoryData>;
  readonly store?: (store: Store, clock: Clock) => Store;
  readonly sessions?: (sessions: Sessions<StoryData>, world: DefectWorld) => Sessions<StoryData>;
}

export interface DefectWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly options: SessionsOptions<StoryData>;
}

export function createStage(factory: AdapterFactory, defect: Defect = {}): Stage {
  const clock = storyClock();
  const oracle = new Oracle();
  const base = storeOf(oracle);
  const store = watchStore(defect.store?.(base, clock) ?? base);
  const events: SessionEvent[] = [];
  const warnings: string[] = [];
  const sites: { sessions: Sessions<StoryData>; close(): Promise<void> }[] = [];

  return {
    clock,
    store,
    records: () => oracle.records,
    empty: () => void oracle.sweep(Infinity, Infinity),
    events,
    warnings,

    async serve({ routes, ...given } = {}) {
      const plain: SessionsOptions<StoryData> = {
        store,
        clock,
        secret: SECRET,
        onEvent: (event) => events.push(event),
        onWarning: (warning) => warnings.push(warning),
        ...given,
      };
      const options = defect.options?.(plain) ?? plain;
      const made = createSessions(options);
      const sessions = defect.sessions?.(made, { store: options.store, clock, options }) ?? made;
      const server = await factory(sessions, storyApp(routes));
      const fetch: Fetch = (request) => server.fetch(request);
      sites.push({ sessions, close: () => server.close() });
      return {
        sessions,
        fetch,
        browser: () => createClient(fetch, { now: clock.now }),
      };
    },

    async settle() {
      await Promise.all(sites.map(({ sessions }) => sessions.drain()));
    },

    async close() {
      // Whatever is still under way comes to an end.
      store.break();
      await Promise.all(sites.map(({ close }) => close()));
    },
  };
}

function storyClock(): StoryClock {
  let time = Date.UTC(2026, 0, 5, 9);
  return {
    now: () => time,
    sleep: systemClock.sleep,
    advance(ms) {
      time += ms;
    },
  };
}
