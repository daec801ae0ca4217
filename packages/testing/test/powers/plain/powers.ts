import {
  type Channel,
  checkText,
  type Listener,
  type Marks,
  MESSAGE_BYTES,
  type Once,
  type References,
  type SessionRef,
  StoreUnavailableError,
} from "@sojourn/core";

/** What a power reaches before it does anything: broken ones, and a right one that is cut off. */
export type Reach = () => void;

export function plainMarks(reach: Reach, marks = new Map<string, number>()): Marks {
  return {
    async set(name, at) {
      reach();
      checkText(name);
      marks.set(name, Math.max(at, marks.get(name) ?? at));
      return marks.get(name) as number;
    },
    async get(name) {
      reach();
      checkText(name);
      return marks.get(name) ?? null;
    },
  };
}

export function plainOnce(reach: Reach, spent = new Map<string, number>()): Once {
  return {
    async redeem(key, expiresAt, now) {
      reach();
      checkText(key);
      if (now >= expiresAt || now < (spent.get(key) ?? now)) return false;
      spent.set(key, expiresAt);
      return true;
    },
  };
}

export interface Entry {
  readonly name: string;
  readonly ref: SessionRef;
  readonly expiresAt: number;
}

export function plainReferences(reach: Reach, entries: Entry[] = []): References {
  const isAt = (entry: Entry, name: string, { partition, handle }: SessionRef) =>
    entry.name === name && entry.ref.partition === partition && entry.ref.handle === handle;

  return {
    async add(name, ref, expiresAt, now) {
      reach();
      checkText(name);
      const at = entries.findIndex((entry) => isAt(entry, name, ref));
      const [old] = at < 0 ? [] : entries.splice(at, 1);
      const latest = Math.max(expiresAt, old?.expiresAt ?? expiresAt);
      if (now < latest) entries.push({ name, ref, expiresAt: latest });
    },
    async find(name, now, limit = 1_000) {
      reach();
      checkText(name);
      const live = entries.filter((entry) => entry.name === name && now < entry.expiresAt);
      return live.slice(0, limit).map(({ ref: { partition, handle } }) => ({ partition, handle }));
    },
    async remove(name, refs) {
      reach();
      checkText(name);
      for (const ref of refs) {
        const at = entries.findIndex((entry) => isAt(entry, name, ref));
        if (at >= 0) entries.splice(at, 1);
      }
    },
  };
}

export interface Subscription {
  readonly topic: string;
  readonly listener: Listener;
  readonly signal: AbortSignal;
  readonly onGap: () => unknown;
}

export interface PlainChannel extends Channel {
  readonly subscriptions: Set<Subscription>;
  /** As if everyone's connection had been cut, and was there again. */
  interrupt(): void;
}

export function plainChannel(reach: Reach): PlainChannel {
  const subscriptions = new Set<Subscription>();
  return {
    subscriptions,
    interrupt() {
      for (const { onGap } of subscriptions) onGap();
    },
    async publish(topic, message) {
      reach();
      checkText(topic);
      checkText(message, MESSAGE_BYTES);
      for (const subscription of subscriptions) {
        if (subscription.topic === topic && !subscription.signal.aborted) {
          deliver(subscription, message);
        }
      }
    },
    async subscribe(topic, listener, { signal, onGap }) {
      reach();
      checkText(topic);
      if (signal.aborted) return;
      const subscription = { topic, listener, signal, onGap };
      subscriptions.add(subscription);
      signal.addEventListener("abort", () => subscriptions.delete(subscription), { once: true });
    },
  };
}

export function deliver({ listener }: Subscription, message: string): void {
  try {
    Promise.resolve(listener(message)).catch(() => {});
  } catch {
    // Nobody else is harmed.
  }
}

/** A backend that can be away or silent. A store that keeps its time limit says the same of both. */
export function createBackend(): {
  readonly reach: Reach;
  disconnect(): Promise<void>;
  stall(): Promise<void>;
} {
  let reachable = true;
  async function cut(): Promise<void> {
    reachable = false;
  }
  return {
    reach() {
      if (!reachable) throw new StoreUnavailableError("The backend is away.");
    },
    disconnect: cut,
    stall: cut,
  };
}
