import type { Store } from "@sojourn/core";
import type { RedisStoreOptions } from "@sojourn/redis";
import { type Entry, type Load, startLoad } from "@sojourn/servers/load";
import type { Connect } from "../clients/clients.ts";
import { type AtEnd, clientsOf, openStore, PATIENT } from "./stores.ts";

/** An application of two processes under load, on servers that others share. */
export interface Application {
  readonly name: string;
  readonly load: Load;
  /** For the last look: it waits as long as it takes. */
  readonly last: Store;
}

/** One for each client. All meet the same faults. */
export async function startApplications<To>(
  clients: Readonly<Record<string, Connect<To>>>,
  to: To,
  options: RedisStoreOptions,
  atEnd: AtEnd,
): Promise<Application[]> {
  return Promise.all(
    clientsOf(clients).map(async ([name, connect]) => {
      const open = (more?: RedisStoreOptions) =>
        openStore(connect, to, { ...options, ...more }, atEnd);
      const stores = await Promise.all([open(), open()]);
      return { name, load: startLoad(stores), last: await open(PATIENT) };
    }),
  );
}

/**
 * What happened to each, by name. All loads have ended before any history is checked: that keeps the
 * process from everything else.
 */
export async function finish(
  applications: readonly Application[],
): Promise<readonly (readonly [name: string, history: readonly Entry[]])[]> {
  const finishing = applications.map(async ({ name, load, last }) => {
    return [name, await load.finish(last)] as const;
  });
  return Promise.all(finishing);
}

/** The same of all, at once. */
export async function each(
  applications: readonly Application[],
  act: (load: Load) => Promise<void>,
): Promise<void> {
  await Promise.all(applications.map(({ load }) => act(load)));
}
