import type { Store } from "@sojourn/core";
import type { RedisStoreOptions } from "@sojourn/redis";
import type { TestContext } from "vitest";
import { type Connect, open } from "./clients.ts";
import { type Load, startLoad } from "./load.ts";

/** An application of two processes under load, on servers that others share. */
export interface Application {
  readonly name: string;
  readonly load: Load;
  /** For the last look: it waits as long as it takes. */
  readonly last: Store;
}

/** One for each client. All meet the same faults. */
export async function startApplications<Where>(
  clients: readonly Connect<Where>[],
  where: Where,
  options: RedisStoreOptions,
  { onTestFinished }: TestContext,
): Promise<Application[]> {
  return Promise.all(
    clients.map(async ([name, connect]) => {
      const [one, two, last] = (await Promise.all(
        [options, options, { ...options, timeLimit: 10_000 }].map((one) =>
          open(connect, where, one, onTestFinished),
        ),
      )) as [Store, Store, Store];
      return { name, load: startLoad([one, two]), last };
    }),
  );
}

/** The same of all, at once. */
export async function each(
  applications: readonly Application[],
  act: (load: Load, application: Application) => Promise<void>,
): Promise<void> {
  await Promise.all(applications.map((application) => act(application.load, application)));
}
