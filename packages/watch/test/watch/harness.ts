import {
  type Client,
  createSessions,
  type SessionEvent,
  type SessionsOptions,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { networkOf } from "@sojourn/net";
import { fakeClock, type FakeClock } from "@sojourn/testing";
import { type Alert, type Detector, watch, type WatchOptions } from "@sojourn/watch";
import { SECRET } from "../secret.ts";

export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
export const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** A client as the adapters tell it. */
export function from(address: string, userAgent: string = FIREFOX): Client {
  const network = (ipv4: number, ipv6: number) => networkOf(address, { ipv4, ipv6 });
  return { address, userAgent, network };
}

export interface WatchedOptions extends Partial<WatchOptions> {
  readonly clock?: FakeClock;
  readonly sessions?: Partial<SessionsOptions>;
}

/** Sessions in memory, watched by these. */
export function watched(detectors: readonly Detector[], options: WatchedOptions = {}) {
  const { clock = fakeClock(), sessions: own = {}, ...rest } = options;
  const alerts: Alert[] = [];
  const events: SessionEvent[] = [];
  const watcher = watch({
    detectors,
    clock,
    onEvent(event) {
      events.push(event);
      if (event.type === "alert") alerts.push(event);
    },
    ...rest,
  });
  const { onEvent, throttle } = watcher;
  const store = memoryStore();
  const sessions = watcher.use(
    createSessions({ store, secret: SECRET, clock, onEvent, throttle, ...own }),
  );

  /** A request with this cookie, or none; asks for its session. */
  async function request(client: Client, cookie: string | null = null) {
    const exchange = sessions.begin({ cookie, secure: true, client });
    try {
      return await exchange.session.get();
    } finally {
      await exchange.finish();
    }
  }

  return {
    alerts,
    events,
    watcher,
    clock,
    sessions,
    store,
    request,
    /** Somebody tries a token that is none. */
    guess: (client: Client) => request(client, "__Host-id=guessed"),
    login: (userId: string, client: Client) => sessions.login(userId, { client }),
    /** The alerts so far, in few words. */
    async told() {
      await watcher.drain();
      await sessions.drain();
      await watcher.drain();
      return alerts.map(({ reason, severity }) => `${severity}: ${reason}`);
    },
  };
}

/** So often, one after the other. */
export async function times(count: number, run: (at: number) => unknown): Promise<void> {
  for (let at = 0; at < count; at++) await run(at);
}
