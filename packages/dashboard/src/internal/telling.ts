import { byteLength, type Channel, type Clock, MESSAGE_BYTES } from "@sojourn/core";
import type { Active } from "./active.ts";
import { heardNotice, type Notice } from "./alerts.ts";
import { COLUMNS, LAYOUT } from "./columns.ts";

/**
 * What processes tell each other over the store's channel: at most once a second what each has counted
 * since. A message that is lost is a second that is missing in the others' figures.
 */
export interface Telling {
  count(column: number, many?: number): void;
  /** There is a new session among the active ones. */
  active(): void;
  notice(notice: Notice): void;
  /** How many other processes were heard in the last minute. */
  others(): number;
  /** Whether this process hears the others. */
  readonly hears: boolean;
  readonly entries: number;
  /** Resolves once what was counted is told, and the channel was tried. */
  drain(): Promise<void>;
  close(): void;
}

interface TellingOptions {
  readonly channel: Channel;
  readonly namespace: string;
  readonly clock: Clock;
  readonly active: Active;
  heardCount(column: number, many: number): void;
  heardNotice(notice: Notice): void;
}

/** ms between two tellings of counts, and of who is active. */
const PAUSE = 1_000;
const ACTIVE_PAUSE = 5_000;
/** Alerts that wait to be told: one second's. Of more, the others know the number. */
const MOST_NOTICES = 8;
/** Other processes that are known at a time, and ms for which one is. */
const MOST_OTHERS = 256;
const KNOWN_FOR = 60_000;
/** ms until a subscription that failed is tried again. */
const RETRY = 15_000;

export function createTelling(options: TellingOptions): Telling {
  const { channel, clock, active } = options;
  const topic = `sojourn:dashboard:${options.namespace}:${LAYOUT}`;
  let self = "";
  const counts = new Uint32Array(COLUMNS);
  const notices: Notice[] = [];
  const others = new Map<string, number>();
  const closed = new AbortController();
  let scheduled = false;
  let hears = false;
  let activeTold = 0;
  let telling: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (scheduled || closed.signal.aborted) return;
    scheduled = true;
    void clock.sleep(PAUSE, closed.signal, { background: true }).then(() => {
      scheduled = false;
      return tellAll();
    });
  }

  function tellAll(): Promise<void> {
    telling = telling.then(async () => {
      for (const message of messages()) {
        if (closed.signal.aborted) return;
        // Lost, as any may be.
        await channel.publish(topic, message).catch(() => {});
      }
    });
    return telling;
  }

  function messages(): string[] {
    // Made late: where modules are loaded, Workers have no random bits.
    self ||= randomName();
    const told: string[] = [];
    const say = (kind: string, value: unknown) => {
      const message = JSON.stringify([self, kind, value]);
      if (byteLength(message) <= MESSAGE_BYTES) told.push(message);
      return byteLength(message) <= MESSAGE_BYTES;
    };
    const flat: number[] = [];
    counts.forEach((many, column) => many > 0 && flat.push(column, many));
    counts.fill(0);
    // All columns at once, each in the millions, are two messages.
    const half = flat.length > 400 ? 2 * Math.ceil(flat.length / 4) : flat.length;
    if (flat.length > 0) say("counts", flat.slice(0, half));
    if (flat.length > half) say("counts", flat.slice(half));
    for (const notice of notices.splice(0)) {
      if (!say("notice", notice)) say("notice", { ...notice, evidence: [], userAgent: null });
    }
    const now = clock.now();
    if (now - activeTold < ACTIVE_PAUSE) return told;
    activeTold = now;
    for (const user of [true, false]) {
      const sketch = active.tell(user, now);
      if (sketch !== null) say(user ? "users" : "anonymous", sketch);
    }
    return told;
  }

  function hear(message: string): void {
    const parsed = parse(message);
    if (!Array.isArray(parsed)) return;
    const [from, kind, value] = parsed as unknown[];
    if (typeof from !== "string" || from === self) return;
    const now = clock.now();
    others.delete(from);
    others.set(from.slice(0, 16), now);
    if (others.size > MOST_OTHERS) others.delete(others.keys().next().value as string);
    if (kind === "counts" && Array.isArray(value)) hearCounts(value);
    else if (kind === "users") active.hear(true, String(value), now);
    else if (kind === "anonymous") active.hear(false, String(value), now);
    else if (kind === "notice") {
      const notice = heardNotice(value);
      if (notice !== null) options.heardNotice(notice);
    }
  }

  function hearCounts(flat: readonly unknown[]): void {
    for (let i = 0; i + 1 < Math.min(flat.length, 2 * COLUMNS); i += 2) {
      const column = flat[i];
      const many = flat[i + 1];
      if (!isCount(column) || column >= COLUMNS || !isCount(many)) continue;
      options.heardCount(column, many);
    }
  }

  async function listen(): Promise<void> {
    const subscribed = { signal: closed.signal, onGap: () => {} };
    hears = await channel.subscribe(topic, hear, subscribed).then(
      () => true,
      () => false,
    );
  }

  async function listenAgain(): Promise<void> {
    while (!hears && !closed.signal.aborted) {
      await clock.sleep(RETRY, closed.signal, { background: true });
      if (!closed.signal.aborted) await listen();
    }
  }

  const listening = listen();
  void listening.then(listenAgain);
  return {
    count(column, many = 1) {
      counts[column]! += many;
      schedule();
    },
    active: schedule,
    notice(notice) {
      if (notices.length < MOST_NOTICES) notices.push(notice);
      schedule();
    },
    others() {
      const since = clock.now() - KNOWN_FOR;
      for (const [name, at] of others) if (at < since) others.delete(name);
      return others.size;
    },
    get hears() {
      return hears;
    },
    get entries() {
      return COLUMNS + notices.length + others.size;
    },
    async drain() {
      await listening;
      activeTold = 0;
      await tellAll();
    },
    close: () => closed.abort(),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
