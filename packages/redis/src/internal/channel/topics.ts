import type { Listener, SubscribeOptions } from "@sojourn/core";
import { isReply } from "../failure.ts";
import { createLines, type Line, type LinesOptions } from "./lines.ts";
import type { Receivers } from "./receiver.ts";

/** ms before the second try to hear a channel; twice that before the next one, up to the most. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** What the server will say of another try, too. */
const FOR_GOOD = /^-?(?:ERR|NOPERM|NOAUTH|WRONGPASS)\b/;

interface Topic {
  readonly channel: string;
  readonly subscriptions: Set<Subscription>;
  /** Where it is heard. */
  line: Line | null;
  /** It was heard, and then for a while it was not. */
  hasGap: boolean;
  /** Somebody sees to it that it is heard while anybody wants to. */
  isTended: boolean;
  pause: AbortController | null;
}

export interface Subscription {
  readonly listener: Listener;
  readonly onGap: SubscribeOptions["onGap"];
  /** It is in force. */
  begun(): void;
  /** It never will be. */
  refused(error: unknown): void;
}

export interface Topics {
  add(channel: string, subscription: Subscription): void;
  remove(channel: string, subscription: Subscription): void;
}

/**
 * What is heard, and by whom. A channel is subscribed to once, however many listen; when that is lost
 * it is subscribed to again until nobody listens any more.
 *
 * `lookAgain`: makes the client find out who serves a channel now.
 */
export function createTopics(
  receivers: Receivers,
  lookAgain: (channel: string) => Promise<unknown>,
  options: LinesOptions,
): Topics {
  const { clock } = options;
  const topics = new Map<string, Topic>();
  const inForce = new WeakSet<Subscription>();
  const lines = createLines(receivers, options, {
    message(channel, message) {
      const subscriptions = topics.get(channel)?.subscriptions ?? new Set();
      for (const subscription of Array.from(subscriptions)) {
        // One that was called before may have ended it.
        if (subscriptions.has(subscription)) call(() => subscription.listener(message));
      }
    },
    lost(channel) {
      const topic = topics.get(channel);
      if (topic === undefined || topic.line === null) return;
      topic.line = null;
      topic.hasGap = true;
      void tend(topic);
    },
  });

  /** One step after the other, so that nothing overtakes: who comes as the last one leaves stays. */
  async function tend(topic: Topic): Promise<void> {
    if (topic.isTended) return;
    topic.isTended = true;
    let pause = FIRST_PAUSE;
    while (topic.subscriptions.size > 0 ? topic.line === null : topic.line !== null) {
      if (topic.line !== null) {
        const { line } = topic;
        topic.line = null;
        topic.hasGap = false;
        await lines.leave(line, topic.channel);
      } else if (!(await isJoined(topic))) {
        topic.pause = new AbortController();
        await clock.sleep(pause, topic.pause.signal);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    }
    topic.isTended = false;
    if (topic.subscriptions.size === 0) topics.delete(topic.channel);
    else begin(topic);
  }

  async function isJoined(topic: Topic): Promise<boolean> {
    try {
      topic.line = await lines.join(topic.channel);
      return true;
    } catch (error) {
      if (isReply(error) && FOR_GOOD.test((error as Error).message)) {
        for (const subscription of topic.subscriptions) {
          if (!inForce.has(subscription)) subscription.refused(error);
        }
      }
      if (receivers.isSharded) await lookAgain(topic.channel).catch(() => {});
      return false;
    }
  }

  /** The channel is heard. */
  function begin(topic: Topic): void {
    const { hasGap } = topic;
    topic.hasGap = false;
    for (const subscription of topic.subscriptions) {
      if (hasGap && inForce.has(subscription)) call(subscription.onGap);
      inForce.add(subscription);
      subscription.begun();
    }
  }

  return {
    add(channel, subscription) {
      let topic = topics.get(channel);
      if (topic === undefined) {
        const subscriptions = new Set<Subscription>();
        const none = { line: null, hasGap: false, isTended: false, pause: null };
        topics.set(channel, (topic = { channel, subscriptions, ...none }));
      }
      topic.subscriptions.add(subscription);
      void tend(topic);
    },

    remove(channel, subscription) {
      const topic = topics.get(channel);
      if (topic?.subscriptions.delete(subscription) !== true || topic.subscriptions.size > 0)
        return;
      topic.pause?.abort();
      void tend(topic);
    },
  };
}

function call(listener: () => unknown): void {
  try {
    Promise.resolve(listener()).catch(() => {});
  } catch {
    // What a listener throws is its own affair.
  }
}
