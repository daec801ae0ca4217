import type { Clock } from "@sojourn/core";
import type { ReplicableStore, ReplicatedStoreOptions } from "@sojourn/replicated";
import { checked } from "../../src/options.ts";
import { createReplicated } from "../../src/replicated-store.ts";
import { createClients } from "./clients.ts";
import { brokenPrimary, type Defect } from "./defects.ts";
import { type Line, type Network, type SimServer, through } from "./link.ts";
import type { Truth } from "./truth.ts";

type Options = Omit<ReplicatedStoreOptions, "primary" | "replicas">;

/** A process of the application, with clients that use it. */
export interface SimProcess {
  readonly name: string;
  readonly lines: ReadonlyMap<SimServer, Line>;
  readonly store: ReturnType<typeof createReplicated>;
  readonly isAlive: boolean;
  kill(): void;
  /** Rejects if there is no majority. */
  promote(server: SimServer): Promise<void>;
  /** One thing that a client does. */
  act(): Promise<void>;
}

export interface SimProcessOptions {
  readonly name: string;
  readonly network: Network;
  /** The primary first. */
  readonly servers: readonly SimServer[];
  readonly options: Options;
  readonly defect: Defect | undefined;
  readonly truth: Truth;
  readonly partitions: readonly string[];
  note(line: string): void;
}

export function simProcess({
  name,
  network,
  servers,
  options,
  defect,
  truth,
  partitions,
  note,
}: SimProcessOptions): SimProcess {
  const { random } = network;
  let isAlive = true;
  const clock: Clock = {
    now: () => network.clock.now(),
    async sleep(ms, signal) {
      await network.clock.sleep(ms, signal);
      if (!isAlive) await new Promise(() => {});
    },
  };
  const lines = new Map(servers.map((server) => [server, { isCut: false, isDead: false }]));
  const views = servers.map((server, at) => {
    const view = through(network, server, lines.get(server) as Line);
    return (at === 0 ? brokenPrimary(view, defect) : view) as ReplicableStore;
  });
  const [primary, ...replicas] = views as [ReplicableStore, ...ReplicableStore[]];
  const settings = checked({ primary, replicas, ...options, clock });
  const store = createReplicated(
    defect === "majority without the primary"
      ? { ...settings, majority: Math.floor(replicas.length / 2) + 1 }
      : settings,
    (event) => note(`${name} ${JSON.stringify(event)}`),
  );
  const clients = createClients({ name, store, clock, random, truth, partitions, note });

  return {
    name,
    lines,
    store,
    get isAlive() {
      return isAlive;
    },
    kill() {
      isAlive = false;
      clients.abandon();
      for (const line of lines.values()) line.isDead = true;
    },
    async promote(server) {
      const onStale = defect === "promotion without a majority" ? "accept" : "refuse";
      await store.promote(views[servers.indexOf(server)] as ReplicableStore, { onStale });
    },
    act: () => clients.act(),
  };
}
