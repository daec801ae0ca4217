import { type Clock, ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import type { RedisClient } from "../client.ts";
import type { RedisConnection } from "../connection.ts";
import type { Written } from "./durable/own-connection.ts";
import { ownConnection } from "./durable/own.ts";
import { createGuard } from "./guard.ts";

/** Writes that are to be on replicas before they are acknowledged. */
export interface Durability {
  /** How many replicas, of the primary that holds the session. */
  readonly replicas: number;
  /** ms to wait for them. */
  readonly timeout: number;
  /**
   * A client that nobody else uses, for these writes. Default: a duplicate of the store's, which the
   * store closes. A pool cannot be duplicated, nor can a Sentinel client of node-redis 5.
   */
  readonly client?: RedisClient | undefined;
  /** Hears of writes that are on the primary, and were not on so many replicas in time. */
  readonly onUnreplicated?: ((event: UnreplicatedEvent) => void) | undefined;
}

export interface UnreplicatedEvent {
  /** The replicas that were asked for. */
  readonly wanted: number;
  /** Those that had the writes in time; 0 if that is not known. */
  readonly reached: number;
  /** Why that is not known. */
  readonly error?: Error;
  /** How many writes. */
  readonly writes: number;
}

export interface DurableOptions {
  readonly timeLimit?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface Durable {
  readonly connection: RedisConnection;
  /** Waits for what is under way, and closes the connections that are not the application's. */
  close(): Promise<void>;
}

/**
 * A connection for writes: each is made and, when the server has answered, followed by `WAIT`. Both go
 * over a connection of their own, since `WAIT` holds up what comes after it. Writes that come meanwhile
 * stand in line on the server, and share the next `WAIT`. It needs no `guard`.
 */
export function durable(
  client: RedisClient,
  durability: Durability,
  { timeLimit = 1_000, clock }: DurableOptions = {},
): Durable {
  const { replicas, timeout, onUnreplicated } = check(durability, client);
  const own = ownConnection(client, durability.client);
  // A write may stand behind one WAIT.
  const guarded = createGuard({ timeLimit: timeLimit + timeout, clock });
  const command = ["WAIT", String(replicas), String(timeout)];
  const rounds = new WeakMap<object, Round>();
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;

  /** One WAIT for all writes that were answered before it is sent. */
  function replicated({ on, wait }: Written): Promise<void> {
    const last = rounds.get(on);
    if (last !== undefined && !last.sent) {
      last.writes++;
      return last.done;
    }
    const round: Round = { writes: 1, sent: false, done: Promise.resolve() };
    // A turn later, so that all answers that have come together have joined.
    round.done = Promise.resolve(last?.done).then(async () => {
      round.sent = true;
      const answer = await reach(wait);
      if (answer.reached >= replicas) return;
      report({ wanted: replicas, ...answer, writes: round.writes });
    });
    rounds.set(on, round);
    return round.done;
  }

  async function reach(
    wait: Written["wait"],
  ): Promise<Pick<UnreplicatedEvent, "reached" | "error">> {
    try {
      return { reached: Number(await guarded((attempt) => wait(command, attempt))) };
    } catch (error) {
      return { reached: 0, error: error as Error };
    }
  }

  function report(event: UnreplicatedEvent): void {
    try {
      onUnreplicated?.(event);
    } catch {
      // Whoever listens cannot undo the write.
    }
  }

  return {
    connection: {
      send(key, write) {
        if (closing !== null) return Promise.reject(closed());
        const sent = guarded((attempt) => own.write(key, write, attempt)).then(async (written) => {
          await replicated(written);
          return written.reply;
        });
        const settled = sent.catch(() => {}).finally(() => underWay.delete(settled));
        underWay.add(settled);
        return sent;
      },
    },
    close: () => (closing ??= Promise.all(underWay).then(() => own.close())),
  };
}

function closed(): StoreUnavailableError {
  return new StoreUnavailableError("The store has been closed.");
}

interface Round {
  writes: number;
  sent: boolean;
  done: Promise<void>;
}

function check(durability: Durability, client: RedisClient): Durability {
  const { replicas, timeout } = durability;
  if (!Number.isInteger(replicas) || replicas < 1 || !Number.isInteger(timeout) || timeout < 1) {
    throw new ConfigurationError(
      "durability takes replicas and timeout (ms), both whole numbers of at least 1: " +
        "durability: { replicas: 1, timeout: 100 }.",
    );
  }
  if (durability.client === client) {
    throw new ConfigurationError(
      "durability.client must be a client of its own: WAIT holds up whatever else is sent on it. " +
        "Leave it out, and the store makes one.",
    );
  }
  return durability;
}
