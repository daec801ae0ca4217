import {
  type Clock,
  type PoweredStore,
  type StoreOperation,
  StoreUnavailableError,
  wrapStore,
} from "@sojourn/core";
import type { ReplicableStore } from "@sojourn/replicated";
import type { Random } from "./random.ts";

/** A server with a store on it. */
export interface SimServer {
  readonly name: string;
  readonly store: ReplicableStore;
  /** Nobody is answered. What was written is still there afterwards. */
  isDown: boolean;
}

/** The line from a process to a server. */
export interface Line {
  isCut: boolean;
  /** The process has been killed: what it has sent may arrive, and nothing comes back. */
  isDead: boolean;
}

export interface Network {
  readonly clock: Clock;
  readonly random: Random;
  /** ms that a message takes at most, as a rule. */
  readonly latency: number;
  /** Of 100 messages so many are lost. */
  loss: number;
  /** Of 100 states that are sent so many arrive again, later. */
  readonly repeats: number;
  /** Of 100 requests so many arrive after their sender has given up. */
  late: number;
}

/** ms after which a process gives up on a call. */
const TIME_LIMIT = 300;

/** A server's store, as a process sees it: through messages that are late, lost, repeated, reordered. */
export function through(network: Network, server: SimServer, line: Line): PoweredStore {
  const { clock, random, latency, repeats } = network;
  const isOpen = () => !server.isDown && !line.isCut;
  const delay = () => 1 + random.below(latency);

  async function arrive<T>(run: () => Promise<T>, operation: StoreOperation): Promise<T> {
    const up = random.percent(network.late) ? TIME_LIMIT + random.below(4_000) : delay();
    const isLost = random.percent(network.loss);
    const isRepeated = operation === "replica.apply" && random.percent(repeats);
    const repeated = random.below(6_000);
    const answerIsLost = random.percent(network.loss);
    const down = delay();
    await clock.sleep(up);
    // A closed door is told of at once, a silent line is not.
    if (server.isDown && random.percent(50)) throw refused(server);
    if (!isOpen() || isLost) return new Promise(() => {});
    const outcome = await run().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (isRepeated)
      void clock.sleep(repeated).then(() => (isOpen() ? run().catch(() => {}) : undefined));
    await clock.sleep(down);
    if (!isOpen() || answerIsLost) return new Promise(() => {});
    return outcome();
  }

  return wrapStore(server.store, (run, operation) => {
    const settled = new AbortController();
    const tooLate = clock.sleep(TIME_LIMIT, settled.signal).then(() => {
      throw refused(server);
    });
    tooLate.catch(() => {});
    return Promise.race([arrive(run, operation), tooLate]).finally(() => {
      settled.abort("settled");
      return line.isDead ? new Promise(() => {}) : undefined;
    });
  });
}

function refused({ name }: SimServer): StoreUnavailableError {
  return new StoreUnavailableError(`${name} does not answer.`);
}
