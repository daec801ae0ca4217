import type { SessionEvent } from "@sojourn/core";

/** What the process of the soak and a server's process say to each other. */
export type ToServer = { readonly ask: "look" | "finish"; readonly id: number };

export type FromServer =
  | { readonly say: "listening"; readonly port: number }
  | { readonly say: "alert"; readonly alert: Alert }
  | { readonly say: "answer"; readonly id: number; readonly look: Look };

export type Alert = Extract<SessionEvent, { readonly type: "alert" }>;

/** How a server's process is. */
export interface Look {
  /** Bytes of heap in use, after a collection. */
  readonly heap: number;
  /** Entries that the watch holds. */
  readonly entries: number;
  /** Seconds of CPU so far. */
  readonly cpu: number;
  readonly events: Readonly<Record<string, number>>;
}
