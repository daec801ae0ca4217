import { type Channel, checkText, type Listener, MESSAGE_BYTES } from "@sojourn/core";

interface Subscription {
  readonly listener: Listener;
  readonly signal: AbortSignal;
}

/** Within one process nothing gets lost, so nobody is ever told of a gap. */
export function memoryChannel(): Channel {
  const topics = new Map<string, Set<Subscription>>();

  function end(topic: string, subscription: Subscription): void {
    const subscriptions = topics.get(topic);
    subscriptions?.delete(subscription);
    if (subscriptions?.size === 0) topics.delete(topic);
  }

  return {
    async publish(topic, message) {
      checkText(topic);
      checkText(message, MESSAGE_BYTES);
      const subscriptions = [...(topics.get(topic) ?? [])];
      // Not at once: what a listener publishes comes after what it has just heard, to everyone.
      queueMicrotask(() => {
        for (const subscription of subscriptions) tell(subscription, message);
      });
    },

    async subscribe(topic, listener, { signal }) {
      checkText(topic);
      if (signal.aborted) return;
      const subscription = { listener, signal };
      const subscriptions = topics.get(topic) ?? new Set();
      topics.set(topic, subscriptions.add(subscription));
      signal.addEventListener("abort", () => end(topic, subscription), { once: true });
    },
  };
}

function tell({ listener, signal }: Subscription, message: string): void {
  if (signal.aborted) return;
  try {
    const heard = listener(message);
    if (heard instanceof Promise) heard.catch(() => {});
  } catch {
    // What a listener throws is its own affair.
  }
}
