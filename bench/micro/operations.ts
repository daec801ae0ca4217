import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { madeUp } from "../http/browser.ts";
import { check, type Operation } from "../operation.ts";

const USERS = 1_000;

/** The core and the store in memory, without HTTP and a framework: where an adapter would begin. */
export async function createMicroOperations(): Promise<Operation[]> {
  const sessions = createSessions({
    store: memoryStore(),
    secret: "correct-horse-battery-staple-0123456789",
  });
  const client = { address: "127.0.0.1", userAgent: null };
  const cookies: string[] = [];
  for (let i = 0; i < USERS; i++) {
    const { token } = await sessions.login(`user${i}`);
    check((await sessions.open(token)) !== null);
    cookies.push(`__Host-id=${token}`);
  }
  await sessions.drain();
  const inventions = cookies.map(madeUp);
  let users = USERS;

  function begin(cookie: string | null) {
    return sessions.begin({ cookie, secure: true, client });
  }

  async function end(exchange: ReturnType<typeof begin>): Promise<void> {
    await exchange.finish();
    exchange.apply(new Headers());
  }

  const against = null;
  return [
    { name: "new Headers()", against, run: async () => void new Headers() },
    {
      name: "anonymous, the handler does not ask",
      against,
      run: () => end(begin(null)),
    },
    {
      name: "anonymous, the handler asks",
      against,
      async run() {
        const exchange = begin(null);
        check((await exchange.session.get()) === null);
        await end(exchange);
      },
    },
    {
      name: "made-up cookie",
      against,
      async run(call) {
        const exchange = begin(inventions[call % USERS] as string);
        check((await exchange.session.get()) === null);
        await end(exchange);
      },
    },
    {
      name: "signed-in read",
      against,
      async run(call) {
        const exchange = begin(cookies[call % USERS] as string);
        check((await exchange.session.get())?.userId === `user${call % USERS}`);
        await end(exchange);
      },
    },
    {
      name: "signed-in write",
      against,
      async run(call) {
        const exchange = begin(cookies[call % USERS] as string);
        const { data } = await exchange.session.requireUser();
        data.count = call;
        await end(exchange);
      },
    },
    {
      name: "login and logout",
      against,
      async run() {
        const exchange = begin(null);
        await exchange.session.login(`user${users++}`);
        await exchange.session.logout();
        await end(exchange);
      },
    },
  ];
}
