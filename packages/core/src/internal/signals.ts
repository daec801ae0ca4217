import { SessionGoneError } from "../errors.ts";
import { deadlinesInForce } from "../timeouts.ts";
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
  of(live: Live): AbortSignal;
  /** Its connection has closed: nobody listens any more. */
  release(live: Live): void;
  /** These have ended, or their secrets were forgotten, by this process's doing. */
  moved(partition: string, handle: string, how: "ended" | "expired" | "rotated"): void;
  /** All have ended. */
  everyone(): void;
}

interface Watch {
  readonly live: Live;
  readonly signal: AbortSignal;
  /** Aborts the signal. */
  readonly end: () => void;
  /** Ends the looking. */
  readonly stopped: AbortController;
  /** The secrets that may have opened the connection: a renewal adds to them, a rotation leaves none. */
  known: ReadonlySet<string>;
  /** When it ends unless somebody is active meanwhile, as far as is known. */
  idleAt: number;
}

/** Who in this process watches sessions of one partition, and the subscription that they share. */
interface Room {
  readonly watches: Set<Watch>;
  readonly subscription: Subscription;
}

interface Subscription {
  /** Resolves once it is in force; a failure is tried again whenever somebody asks. */
  ready(): Promise<void>;
  end(): void;
}

/** Timers can't wait for longer than 2^31 ms, some 24 days. */
const LONGEST_SLEEP = 86_400_000;

/** A handle has 22 characters, a message 4,096 bytes. */
const PER_MESSAGE = 150;

export function createSignals(engine: Engine, interval: number): Signals {
  const { store, clock } = engine;
  const { channel } = store.powers ?? {};
  const everyoneTopic = `ended/${engine.nameOf("everyone")}`;
  const rooms = new Map<string, Room>();
  const watchOf = new WeakMap<Live, Watch>();
  const leaving = new Map<string, Set<string>>();
  let everyoneSubscription: Subscription | null = null;

  function roomOf(partition: string): Room {
    let room = rooms.get(partition);
    if (room === undefined) {
      const watches = new Set<Watch>();
      const hear = (message: string) => {
        const handles = message.split(" ");
        lookAt(watches, ({ live }) => handles.includes(live.record.handle));
      };
      const subscription = subscribe(topicOf(partition), hear, () => lookAt(watches));
      room = { watches, subscription };
      rooms.set(partition, room);
    }
    // One for all rooms, for as long as there are any.
    everyoneSubscription ??= subscribe(everyoneTopic, hearOfEveryone, hearOfEveryone);
    return room;
  }

  function subscribe(
    topic: string,
    hear: (message: string) => void,
    onGap: () => void,
  ): Subscription {
    const ended = new AbortController();
    let inForce: Promise<void> | null = null;
    return {
      async ready() {
        if (channel === undefined) return;
        inForce ??= channel.subscribe(topic, hear, { signal: ended.signal, onGap });
        try {
          await inForce;
        } catch (error) {
          inForce = null;
          throw error;
        }
      },
      end: () => ended.abort(),
    };
  }

  function hearOfEveryone(): void {
    // What is known of the mark may be some seconds old.
    const known = engine.epoch.lookNow();
    engine.inBackground(known.then(() => rooms.forEach(({ watches }) => lookAt(watches))));
  }

  function lookAt(watches: Iterable<Watch>, which: (watch: Watch) => boolean = () => true): void {
    for (const watch of watches) if (which(watch)) engine.inBackground(look(watch));
  }

  async function look(watch: Watch): Promise<void> {
    const { live } = watch;
    // What nobody has stored yet nobody can end.
    if (watch.stopped.signal.aborted || live.unborn !== null) return;
    const known = new Set([...watch.known, live.presented]);
    const stands = await standsStill(engine, live.record, known);
    if (stands === null) return abort(watch);
    watch.known = stands.known;
    watch.idleAt = stands.idleAt;
  }

  function abort(watch: Watch): void {
    leave(watch);
    watch.end();
  }

  function leave(watch: Watch): void {
    watch.stopped.abort();
    const { partition } = watch.live.record;
    const room = rooms.get(partition);
    if (!room?.watches.delete(watch) || room.watches.size > 0) return;
    room.subscription.end();
    rooms.delete(partition);
    if (rooms.size > 0) return;
    everyoneSubscription?.end();
    everyoneSubscription = null;
  }

  /** What happened since the request read the session, and before the subscriptions are in force, was not heard. */
  async function listen({ subscription }: Room, watch: Watch): Promise<void> {
    const subscribed = [subscription, everyoneSubscription].map((each) => each?.ready());
    try {
      await Promise.all(subscribed);
    } finally {
      await look(watch);
    }
  }

  /** Until it ends: what no message told of is found here. */
  async function lookAgainAndAgain(room: Room, watch: Watch): Promise<void> {
    const { live } = watch;
    const stopped = watch.stopped.signal;
    while (!stopped.aborted) {
      const now = clock.now();
      const deadline =
        watch.idleAt > now ? Math.min(watch.idleAt, live.record.expiresAt) : Infinity;
      const ms = Math.min(interval, LONGEST_SLEEP, deadline - now, live.record.expiresAt - now);
      await clock.sleep(Math.max(0, ms), stopped, { background: true });
      if (stopped.aborted) return;
      // A store that is away ends nothing; the deadline does all the same.
      if (clock.now() >= live.record.expiresAt) abort(watch);
      else await listen(room, watch).catch(() => {});
    }
  }

  function announce(partition: string, handle: string): void {
    if (channel === undefined) return;
    const waiting = leaving.get(partition);
    if (waiting !== undefined) return void waiting.add(handle);
    const handles = new Set([handle]);
    leaving.set(partition, handles);
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
    of(live) {
      const before = watchOf.get(live);
      if (before !== undefined) return before.signal;
      const isOver = live.state === "gone" || live.state === "ended";
      const watch: Watch = {
        live,
        ...createEnd(isOver),
        stopped: new AbortController(),
        known: new Set([live.presented]),
        idleAt: deadlinesInForce(live.record, engine.policyOf(live.record)).idleExpiresAt,
      };
      watchOf.set(live, watch);
      const { signal } = watch;
      if (isOver) return signal;
      // Asked for only here: who is told of an end has one more listener on the connection.
      const closed = live.closed?.();
      if (closed?.aborted) return signal;
      closed?.addEventListener("abort", () => leave(watch), { once: true });
      const room = roomOf(live.record.partition);
      room.watches.add(watch);
      engine.inBackground(listen(room, watch));
      lookAgainAndAgain(room, watch).catch(() => {});
      return signal;
    },
    release(live) {
      const watch = watchOf.get(live);
      if (watch !== undefined) leave(watch);
    },
    moved(partition, handle, how) {
      for (const watch of rooms.get(partition)?.watches ?? []) {
        if (watch.live.record.handle !== handle) continue;
        if (how === "rotated") engine.inBackground(look(watch));
        else abort(watch);
      }
      // Every process has a clock: that a session has expired need not be told.
      if (how !== "expired") announce(partition, handle);
    },
    everyone() {
      for (const { watches } of rooms.values()) for (const watch of watches) abort(watch);
      if (channel !== undefined) engine.inBackground(channel.publish(everyoneTopic, "all"));
    },
  };
}

/**
 * The abort comes from who asked for the signal, through a promise, not from who ended the session: a
 * Worker lets nobody but the request that opened a socket close it.
 */
function createEnd(now: boolean): Pick<Watch, "signal" | "end"> {
  const controller = new AbortController();
  const abort = () => controller.abort(new SessionGoneError("The session has ended."));
  if (now) abort();
  let end = abort;
  void new Promise<void>((resolve) => (end = resolve)).then(abort);
  return { signal: controller.signal, end };
}

function topicOf(partition: string): string {
  return `ended/${partition}`;
}
