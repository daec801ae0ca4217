import type { SessionEvent, Store } from "@sojourn/core";
import * as v from "valibot";
import { noticeOf, type Notice } from "./notice.ts";
import { Bounded } from "./bounded.ts";

/** What the pages of one user are told of. */
interface Item {
  /** The list of sessions is another one. */
  readonly sessions?: true;
  readonly alert?: Notice;
}

/** What happens to a user's sessions, for the pages that are open. */
export interface News {
  /** Every event goes through here, the watcher's alerts among them. */
  hear(event: SessionEvent): void;
  /** Something that is no event: a label was changed. */
  sessionsChanged(userId: string): void;
  /** Gives what ends it. */
  follow(userId: string, listener: (item: Item) => void): () => void;
  /** The newest first; at most `ALERTS`. */
  alertsOf(userId: string): readonly Notice[];
  /** Why a session ended, if it was heard here: "revoke", "idle", "logout". */
  endOf(handle: string): string | null;
  close(): void;
}

const ALERTS = 5;
const TOPIC = "example/news";

const Message = v.object({
  userId: v.string(),
  ended: v.optional(v.tuple([v.string(), v.string()])),
  alert: v.optional(v.custom<Notice>((value) => typeof value === "object" && value !== null)),
});

type Message = v.InferOutput<typeof Message>;

/** Holds the latest of a thousand users. Where the store has a channel, every server hears all of it. */
export async function createNews(store: Store): Promise<News> {
  const channel = store.powers?.channel;
  const closing = new AbortController();
  const listeners = new Map<string, Set<(item: Item) => void>>();
  const alerts = new Bounded<readonly Notice[]>(1_000);
  const ends = new Bounded<string>(1_000);

  function deliver({ userId, ended, alert }: Message): void {
    if (ended !== undefined) ends.set(...ended);
    if (alert !== undefined) {
      alerts.set(userId, [alert, ...(alerts.get(userId) ?? [])].slice(0, ALERTS));
    }
    const item: Item = alert === undefined ? { sessions: true } : { alert };
    for (const listener of listeners.get(userId) ?? []) listener(item);
  }

  function tell(message: Message): void {
    // The page of a session that ends here asks why before Redis has told it.
    if (message.ended !== undefined) ends.set(...message.ended);
    if (channel === undefined) return deliver(message);
    // A server that is cut off from Redis tells its own pages.
    channel.publish(TOPIC, JSON.stringify(message)).catch(() => deliver(message));
  }

  // Resolves once it is in force; a Redis that is away comes back, and is no reason not to start.
  const heard = channel?.subscribe(TOPIC, (text) => deliver(v.parse(Message, JSON.parse(text))), {
    signal: closing.signal,
    onGap: () => {},
  });
  await heard?.catch((error: unknown) => console.error(error));

  return {
    hear(event) {
      const { userId, handle } = event;
      if (userId === null) return;
      if (event.type === "alert") tell({ userId, alert: noticeOf(event) });
      else if (event.type === "session_created") tell({ userId });
      else if (handle !== null) {
        const reason = endedBy(event);
        if (reason !== null) tell({ userId, ended: [handle, reason] });
      }
    },
    sessionsChanged: (userId) => tell({ userId }),
    follow(userId, listener) {
      const others = listeners.get(userId) ?? new Set();
      listeners.set(userId, others.add(listener));
      return () => {
        others.delete(listener);
        if (others.size === 0 && listeners.get(userId) === others) listeners.delete(userId);
      };
    },
    alertsOf: (userId) => alerts.get(userId) ?? [],
    endOf: (handle) => ends.get(handle) ?? null,
    close: () => closing.abort(),
  };
}

/** Null: it is no end. */
function endedBy(event: SessionEvent): string | null {
  switch (event.type) {
    case "session_revoked":
    case "session_expired":
      return event.reason;
    case "session_logout":
      return "logout";
    default:
      return null;
  }
}
