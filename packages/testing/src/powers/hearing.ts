import type { Channel } from "@sojourn/core";
import { check } from "../store/assert.ts";

/** A subscription, and what it has heard. */
export interface Hearing {
  readonly heard: readonly string[];
  /** How often it was told of a gap. */
  readonly gaps: number;
  end(): void;
}

/** Subscribes. `then` is called with each message, after it was noted. */
export async function hear(
  channel: Channel,
  topic: string,
  then: (message: string) => unknown = () => {},
): Promise<Hearing> {
  const heard: string[] = [];
  const hearing = { heard, gaps: 0, end: () => ending.abort() };
  const ending = new AbortController();
  function listener(message: string): unknown {
    heard.push(message);
    return then(message);
  }
  await channel.subscribe(topic, listener, {
    signal: ending.signal,
    onGap() {
      hearing.gaps++;
    },
  });
  return hearing;
}

/** Resolves when the condition holds, which must be before `patience` ms have passed. */
export async function eventually(
  what: string,
  patience: number,
  condition: () => boolean,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    check(Date.now() < deadline, `${what}: not within ${patience} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
