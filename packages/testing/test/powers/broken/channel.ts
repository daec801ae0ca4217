import { type Channel, checkText, type Listener, type SubscribeOptions } from "@sojourn/core";
import type { PowerFactory } from "@sojourn/testing/suites";
import {
  createBackend,
  deliver,
  plainChannel,
  type PlainChannel,
  type Subscription,
} from "../plain/powers.ts";
import { type BrokenPower, FAILURES, MISTAKEN, otherwise, pause, unrefused } from "./broken.ts";

interface Parts {
  readonly right: PlainChannel;
  /** Those to a topic, in their order. */
  to(topic: string): Subscription[];
}

interface Broken extends Partial<Channel> {
  interrupt?(): void;
}

function broken(
  defect: string,
  rejectedBy: string,
  make: (parts: Parts) => Broken,
  peers: "as-broken" | "right" = "as-broken",
): BrokenPower<Channel> {
  return { defect, rejectedBy, factory: factoryOf(make, peers) };
}

/** `as-broken`: all processes have the defect, else only one of the two. */
function factoryOf(
  make: (parts: Parts) => Broken,
  peers: "as-broken" | "right",
): PowerFactory<Channel> {
  return async () => {
    const backend = createBackend();
    const right = plainChannel(backend.reach);
    const to = (topic: string) => [...right.subscriptions].filter((one) => one.topic === topic);
    const power = { ...right, ...make({ right, to }) };
    return {
      ...backend,
      power,
      peer: peers === "right" ? right : power,
      async interrupt() {
        power.interrupt();
      },
    };
  };
}

export const rightChannel: PowerFactory<Channel> = factoryOf(() => ({}), "right");

/** What a subscription is made with, before the right channel gets it. */
type Given = readonly [topic: string, listener: Listener, options: SubscribeOptions];

/** Subscribes rightly to what this makes of what was given. */
function subscribing(change: (given: Given, parts: Parts) => Given | null) {
  return (parts: Parts): Broken => ({
    async subscribe(...given) {
      const changed = change(given, parts);
      if (changed !== null) await parts.right.subscribe(...changed);
    },
  });
}

/** Sends by its own rules what the right channel would take. */
function publishing(
  send: (to: Subscription[], message: string, right: PlainChannel, topic: string) => unknown,
) {
  return ({ right, to }: Parts): Broken => ({
    async publish(topic, message) {
      checkText(topic);
      await send(to(topic), message, right, topic);
    },
  });
}

const HEARD = "channel: a message is heard once by each subscription";
const REFUSED = "channel: a topic or message that is too long or ill-formed";
const HARM = "channel: a listener that throws, rejects or hangs";
const GAP = "channel: who may have missed something is told";
const MANY = "channel: 100 subscriptions to one topic";

export const brokenChannels: readonly BrokenPower<Channel>[] = [
  broken("says nothing", HEARD, () => ({ publish: async () => {} })),
  broken(
    "says everything twice",
    HEARD,
    publishing((to, message) => {
      for (const one of [...to, ...to]) deliver(one, message);
    }),
  ),
  broken("tells only its own process", HEARD, () => plainChannel(() => {}), "right"),
  broken(
    "tells one subscription a topic",
    HEARD,
    publishing(([first], message) => first && deliver(first, message)),
  ),
  broken(
    "subscribes a moment later",
    "channel: what is published when `subscribe` has resolved",
    ({ right }) => ({
      async subscribe(...given) {
        void pause().then(() => right.subscribe(...given));
      },
    }),
  ),
  broken("tells the last message again", "channel: what was published before", (parts) => {
    const last = new Map<string, string>();
    return {
      publish: async (topic, message) => {
        last.set(topic, message);
        await parts.right.publish(topic, message);
      },
      subscribe: async (topic, listener, options) => {
        await parts.right.subscribe(topic, listener, options);
        const message = last.get(topic);
        if (message !== undefined) listener(message);
      },
    };
  }),
  broken(
    "lets messages overtake each other",
    "channel: messages of one publisher come in their order",
    publishing((to, message) => {
      for (const one of to) setTimeout(() => deliver(one, message), (Number(message) % 2) * 5);
    }),
  ),
  broken(
    "trims messages",
    "channel: messages come unit for unit",
    publishing((to, message) => {
      for (const one of to) deliver(one, message.trim());
    }),
  ),
  broken(
    "drops what is empty",
    "channel: messages come unit for unit",
    publishing((_to, message, right, topic) => message && right.publish(topic, message)),
  ),
  broken(
    "takes no long messages",
    "channel: messages come unit for unit",
    publishing((_to, message, right, topic) => {
      return message.length < 4_000 ? right.publish(topic, message) : undefined;
    }),
  ),
  ...Object.entries(MISTAKEN).map(([defect, mistake]) =>
    broken(defect, "channel: names of topics that are nearly one", ({ right }) => ({
      publish: (topic, message) => right.publish(mistake(topic), message),
      subscribe: (topic, ...rest) => right.subscribe(mistake(topic), ...rest),
    })),
  ),
  ...(["publish", "subscribe"] as const).map((operation) =>
    broken(`takes any topic to ${operation}`, REFUSED, ({ right }) => ({
      [operation]: (...args: never[]) =>
        unrefused((right[operation] as (...args: never[]) => Promise<void>)(...args), undefined),
    })),
  ),
  broken(
    "sends messages of any length",
    REFUSED,
    publishing((to, message) => {
      for (const one of to) deliver(one, message);
    }),
  ),
  broken("fails where nobody hears", "channel: to publish what nobody hears", ({ to, right }) => ({
    async publish(topic, message) {
      if (to(topic).length === 0) {
        throw new Error("Nobody hears.");
      }
      await right.publish(topic, message);
    },
  })),
  broken(
    "never ends a subscription",
    "channel: whose signal has aborted hears no more",
    subscribing(([topic, listener, options]) => {
      return [topic, listener, { ...options, signal: new AbortController().signal }];
    }),
  ),
  broken(
    "ends all of a topic with one",
    "channel: whose signal has aborted hears no more",
    subscribing(([topic, listener, options], { to, right }) => {
      options.signal.addEventListener("abort", () => {
        for (const one of to(topic)) right.subscriptions.delete(one);
      });
      return [topic, listener, options];
    }),
  ),
  broken(
    "tells what was on its way",
    "channel: whose signal aborts while messages are on their way",
    publishing(async (to, message) => {
      await pause();
      for (const one of to) deliver(one, message);
    }),
  ),
  broken(
    "knows subscriptions by their listener",
    "channel: one listener in two subscriptions",
    subscribing(([topic, listener, options], { to }) => {
      const known = to(topic).some((one) => one.listener === listener);
      return known ? null : [topic, listener, options];
    }),
  ),
  broken(
    "does not look whether the signal has aborted",
    "channel: whose signal had aborted before",
    subscribing(([topic, listener, options]) => {
      const { signal } = new AbortController();
      return [topic, listener, options.signal.aborted ? { ...options, signal } : options];
    }),
  ),
  broken(
    "leaves the topic a moment after its last subscription",
    "channel: who subscribes as the last one leaves",
    subscribing(([topic, listener, options], { to, right }) => {
      options.signal.addEventListener("abort", () => {
        if (to(topic).length > 1) return;
        void Promise.resolve().then(() => {
          for (const one of to(topic)) right.subscriptions.delete(one);
        });
      });
      return [topic, listener, options];
    }),
  ),
  broken(
    "stops at a listener that throws",
    HARM,
    publishing((to, message) => {
      try {
        for (const { listener } of to) Promise.resolve(listener(message)).catch(() => {});
      } catch {
        // The others hear nothing.
      }
    }),
  ),
  broken(
    "waits for its listeners",
    HARM,
    publishing(async (to, message) => {
      await Promise.allSettled(to.map(async ({ listener }) => listener(message)));
    }),
  ),
  broken(
    "ends what has thrown",
    HARM,
    publishing((to, message, { subscriptions }) => {
      for (const one of to) {
        try {
          Promise.resolve(one.listener(message)).catch(() => {});
        } catch {
          subscriptions.delete(one);
        }
      }
    }),
  ),
  broken(
    "has room for 99 subscriptions",
    MANY,
    subscribing((given, { right }) => (right.subscriptions.size < 99 ? given : null)),
  ),
  broken("tells nobody of a gap", GAP, () => ({ interrupt() {} })),
  broken("tells one of a gap", GAP, ({ right }) => ({
    interrupt() {
      for (const { onGap } of [...right.subscriptions].slice(0, 1)) onGap();
    },
  })),
  broken("tells of one gap", GAP, ({ right }) => {
    let told = false;
    return {
      interrupt() {
        if (!told) right.interrupt();
        told = true;
      },
    };
  }),
  broken("hears nothing after a gap", GAP, ({ right }) => ({
    interrupt() {
      right.interrupt();
      right.subscriptions.clear();
    },
  })),
  broken("tells of a gap to who has ended", GAP, ({ right }) => {
    const all: (() => unknown)[] = [];
    return {
      async subscribe(topic, listener, options) {
        all.push(options.onGap);
        await right.subscribe(topic, listener, options);
      },
      interrupt() {
        for (const onGap of all) onGap();
      },
    };
  }),
  ...FAILURES.flatMap((rejectedBy) => [
    broken("takes for published what could not be", rejectedBy, ({ right }) => ({
      publish: (...args) => otherwise(right.publish(...args), undefined),
    })),
    broken("takes for subscribed what could not be", rejectedBy, ({ right }) => ({
      subscribe: (...args) => otherwise(right.subscribe(...args), undefined),
    })),
  ]),
];
