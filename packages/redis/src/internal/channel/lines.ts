import type { Clock } from "@sojourn/core";
import { createDeadlines } from "../deadlines.ts";
import { isReply } from "../failure.ts";
import type { Hears, Receiver, Receivers } from "./receiver.ts";

/** ms between looks whether a connection that says nothing is still one. */
const BEAT = 10_000;

/** A connection to one server, and the channels that are heard on it, or are about to be. */
export interface Line {
  readonly server: unknown;
  readonly receiver: Receiver;
  readonly channels: Set<string>;
  isLost: boolean;
  /** Ends the wait for the next look. */
  beat: AbortController;
}

export interface Lines {
  /** Resolves when the channel is heard. Rejects with whatever went wrong; then it is not. */
  join(channel: string): Promise<Line>;
  /** Resolves when it is heard no more; the last to leave closes the connection. Never rejects. */
  leave(line: Line, channel: string): Promise<void>;
}

export interface LinesOptions {
  /** ms that joining or leaving may take. */
  readonly timeLimit: number;
  readonly clock: Clock;
}

/** One connection to each server that a channel is heard from, for as long as one is. */
export function createLines(
  receivers: Receivers,
  { timeLimit, clock }: LinesOptions,
  { message, lost }: { message: Hears["message"]; lost(channel: string): void },
): Lines {
  const lines = new Map<unknown, Line>();
  const begin = createDeadlines(timeLimit, clock);

  function inTime<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const deadline = begin(() => {
        deadline.end();
        reject(new Error("Redis did not answer in time."));
      });
      work.then(resolve, reject).finally(() => deadline.end());
    });
  }

  function open(server: unknown): Line {
    const receiver = receivers.dial(server, {
      message,
      lost: (channel) => (channel === undefined ? drop(line) : lose(line, channel)),
    });
    // Whoever joins hears of it; nobody may be left to.
    receiver.ready.catch(() => {});
    const channels = new Set<string>();
    const line: Line = { server, receiver, channels, isLost: false, beat: new AbortController() };
    lines.set(server, line);
    void watch(line);
    return line;
  }

  function drop(line: Line): void {
    if (line.isLost) return;
    line.isLost = true;
    line.beat.abort();
    if (lines.get(line.server) === line) lines.delete(line.server);
    line.receiver.close();
    for (const channel of line.channels) lost(channel);
  }

  function lose(line: Line, channel: string): void {
    if (!line.channels.delete(channel)) return;
    if (line.channels.size === 0) drop(line);
    lost(channel);
  }

  /** A connection may be gone, and a slot elsewhere, without anyone having said so. */
  async function watch(line: Line): Promise<void> {
    while (!line.isLost) {
      line.beat = new AbortController();
      await clock.sleep(BEAT, line.beat.signal);
      if (line.isLost) return;
      const asked = inTime(line.receiver.ready.then(() => line.receiver.ping()));
      const answered = await asked.then(
        () => true,
        () => false,
      );
      const isElsewhere = (channel: string) => receivers.serverOf(channel) !== line.server;
      if (!answered || [...line.channels].some(isElsewhere)) drop(line);
    }
  }

  return {
    async join(channel) {
      const server = receivers.serverOf(channel);
      if (server === undefined) throw new Error("The client does not know who serves the channel.");
      const line = lines.get(server) ?? open(server);
      const { receiver, channels } = line;
      channels.add(channel);
      try {
        await inTime(receiver.ready.then(() => receiver.subscribe(channel)));
      } catch (error) {
        channels.delete(channel);
        // Whoever answers, be it with an error, is there for the others.
        if (!isReply(error) || channels.size === 0) drop(line);
        throw error;
      }
      if (line.isLost || !channels.has(channel)) throw new Error("The connection was lost.");
      return line;
    },

    async leave(line, channel) {
      const { receiver, channels } = line;
      channels.delete(channel);
      if (line.isLost) return;
      if (channels.size === 0) return drop(line);
      try {
        await inTime(receiver.unsubscribe(channel));
      } catch {
        drop(line);
      }
    },
  };
}
