/**
 * A connection of the store's own, on which nothing is done but to hear. It is never mended: once it is
 * lost another one is made, so that nothing is missed without notice.
 */
export interface Receiver {
  /** Resolves when it is connected. */
  readonly ready: Promise<unknown>;
  /** Resolves when the server has confirmed. */
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  close(): void;
}

export interface Hears {
  message(channel: string, message: string): void;
  /** The server has ended this subscription; without a channel, the connection is lost. */
  lost(channel?: string): void;
}

/** Where receivers come from: one for each kind of client. */
export interface Receivers {
  /** On a Cluster a message goes to one shard only (`SPUBLISH`). */
  readonly isSharded: boolean;
  /** What the client puts before every key, and so before every channel. */
  readonly keyPrefix: string;
  /** The server that a channel belongs to, as far as the client knows: one value for each server. */
  serverOf(channel: string): unknown;
  dial(server: unknown, hears: Hears): Receiver;
}
