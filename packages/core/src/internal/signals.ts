import { SessionGoneError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import type { Live } from "./live.ts";
import { standsStill } from "./load.ts";

/**
 * Lets live connections end with their session. Within this process at once. Other processes are told
 * through the store where it can publish, and look for themselves: a message is a hint. Where it
 * cannot, or a message was lost, looking at an interval finds it.
 */
export interface Signals {
  /** Aborts when the session ends, or when its secrets up to now are forgotten. */
  of(live: Live, closed: AbortSignal | undefined): AbortSignal;
  /** Its connection has closed: nobody listens any more. */
  release(live: Live): void;
  /** These have ended, or their secrets were forgotten, by this process's doing. */
  moved(partition: string, handle: string, ended: boolean): void;
  /** All have ended. */
  everyone(): void;
}

interface Watch {
  readonly live: Live;
  readonly controller: AbortController;
  /** Ends the looking. */
  readonly stopped: AbortController;
  /** The secrets that may have opened the connection: a renewal adds to them, a rotation leaves none. */
  known: ReadonlySet<string>;
}

/** Who in this process watches sessions of one partition, and the subscription that they share. */
interface Room {
  readonly watches: Set<Watch>;
  readonly subscribed: AbortController;
}

const EVERYONE = "everyone";

export function createSignals(engine: Engine, interval: number): Signals {
  const { store, clock } = engine;
  const { channel } = store.powers ?? {};
  const rooms = new Map<string, Room>();
  const watchOf = new WeakMap<Live, Watch>();
  const leaving = new Map<string, Set<string>>();

  function roomOf(partition: string): Room {
    let room = rooms.get(partition);
    if (room === undefined) {
      room = { watches: new Set(), subscribed: new AbortController() };
      rooms.set(partition, room);
      subscribe(partition, room);
    }
    return room;
  }

  function subscribe(partition: string, { watches, subscribed }: Room): void {
    const lookAtAll = () => all(watches, () => true);
    for (const topic of [topicOf(partition), topicOf(EVERYONE)]) {
      const listener = (message: string) => {
        const handles = message.split(" ");
        all(watches, ({ live }) => message === "" || handles.includes(live.record.handle));
      };
      const options = { signal: subscribed.signal, onGap: lookAtAll };
      const told = channel?.subscribe(topic, listener, options);
      // What happened before the subscription was in force was not heard.
      if (told !== undefined) engine.inBackground(told.then(lookAtAll));
    }
  }

  function all(watches: Iterable<Watch>, which: (watch: Watch) => boolean): void {
    for (const watch of watches) if (which(watch)) engine.inBackground(look(watch));
  }

  async function look(watch: Watch): Promise<void> {
    const { live } = watch;
    if (watch.controller.signal.aborted) return;
    const known = await standsStill(engine, live.record, new Set([...watch.known, live.presented]));
    if (known === null) abort(watch);
    else watch.known = known;
  }

  function abort(watch: Watch): void {
    leave(watch);
    watch.controller.abort(new SessionGoneError("The session has ended."));
  }

  function leave(watch: Watch): void {
    watch.stopped.abort();
    const { partition } = watch.live.record;
    const room = rooms.get(partition);
    if (!room?.watches.delete(watch) || room.watches.size > 0) return;
    room.subscribed.abort();
    rooms.delete(partition);
  }

  /** Until it ends: what no message told of is found here. */
  async function lookAgainAndAgain(watch: Watch): Promise<void> {
    const stopped = watch.stopped.signal;
    while (!stopped.aborted) {
      const left = watch.live.record.expiresAt - clock.now();
      await clock.sleep(Math.max(0, Math.min(interval, left)), stopped, { background: true });
      if (stopped.aborted) return;
      // A store that is away ends nothing; the deadline does all the same.
      if (clock.now() >= watch.live.record.expiresAt) abort(watch);
      else await look(watch).catch(() => {});
    }
  }

  function announce(partition: string, handle: string): void {
    if (channel === undefined) return;
    const handles = leaving.get(partition) ?? new Set();
    leaving.set(partition, handles.add(handle));
    if (handles.size > 1) return;
    // One message for all that go in one step.
    const sent = Promise.resolve().then(async () => {
      leaving.delete(partition);
      const list = [...handles];
      for (let at = 0; at < list.length; at += PER_MESSAGE) {
        await channel.publish(topicOf(partition), list.slice(at, at + PER_MESSAGE).join(" "));
      }
    });
    engine.inBackground(sent);
  }

  return {
    of(live, closed) {
      const before = watchOf.get(live);
      if (before !== undefined) return before.controller.signal;
      const watch: Watch = {
        live,
        controller: new AbortController(),
        stopped: new AbortController(),
        known: new Set([live.presented]),
      };
      watchOf.set(live, watch);
      if (live.state === "gone" || live.state === "ended") abort(watch);
      else if (closed?.aborted !== true) {
        closed?.addEventListener("abort", () => leave(watch), { once: true });
        roomOf(live.record.partition).watches.add(watch);
        lookAgainAndAgain(watch).catch(() => {});
      }
      return watch.controller.signal;
    },
    release(live) {
      const watch = watchOf.get(live);
      if (watch !== undefined) leave(watch);
    },
    moved(partition, handle, ended) {
      for (const watch of rooms.get(partition)?.watches ?? []) {
        if (watch.live.record.handle !== handle) continue;
        if (ended) abort(watch);
        else engine.inBackground(look(watch));
      }
      announce(partition, handle);
    },
    everyone() {
      for (const { watches } of rooms.values()) for (const watch of watches) abort(watch);
      if (channel !== undefined) engine.inBackground(channel.publish(topicOf(EVERYONE), ""));
    },
  };
}

/** A handle has 22 characters, a message 4,096 bytes. */
const PER_MESSAGE = 150;

function topicOf(partition: string): string {
  return `ended/${partition}`;
}
