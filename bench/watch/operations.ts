import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { networkOf } from "@sojourn/net";
import { check, type Operation } from "../operation.ts";
import { BARE, type Variant, variants } from "./variants.ts";

const TOUCH = 60_000;

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

/**
 * A signed-in read, as an adapter has it made. `quiet`: within a touch interval, so that there is no
 * event; else each of them is the first in one, and is told.
 */
export async function createWatchOperations({
  quiet,
  users,
}: {
  readonly quiet: boolean;
  readonly users: number;
}): Promise<Operation[]> {
  let now = Date.now();
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const all = variants(() => memoryStore(), clock);
  const operations: Operation[] = [];
  for (const variant of all) operations.push(await operationOf(variant));
  return operations;

  async function operationOf({ name, options }: Variant): Promise<Operation> {
    const sessions = createSessions({
      ...options,
      secret: "correct-horse-battery-staple-0123456789",
      // Nothing but reads, and touches: nothing is renewed and nothing expires.
      timeouts: { idle: "300d", absolute: "300d", renewal: "none", touch: TOUCH },
    });
    const cookies: string[] = [];
    for (let user = 0; user < users; user++) {
      const { token } = await sessions.login(`user${user}`, { client: clientOf(user) });
      check((await sessions.open(token, { client: clientOf(user) })) !== null);
      cookies.push(`__Host-id=${token}`);
    }
    await sessions.drain();
    return {
      name,
      against: name === BARE ? null : BARE,
      async run(call) {
        const user = call % users;
        if (!quiet && user === 0) now += TOUCH;
        const client = clientOf(user);
        const exchange = sessions.begin({ cookie: cookies[user], secure: true, client });
        check((await exchange.session.get())?.userId === `user${user}`);
        await exchange.finish();
        exchange.apply(new Headers());
        if (!quiet) await sessions.drain();
      },
    };
  }
}

/** As the adapters tell of it; a network is looked up where somebody asks for it. */
function clientOf(user: number) {
  const address = `203.0.${user >> 8}.${user & 255}`;
  return {
    address,
    userAgent: CHROME,
    network: (ipv4: number, ipv6: number) => networkOf(address, { ipv4, ipv6 }),
  };
}
