import { drive } from "../drive.ts";
import { check, IN_FLIGHT, type Operation } from "../operation.ts";
import { type Browser, createBrowser, madeUp } from "./browser.ts";
import { type Connection, openConnection, requestText } from "./connection.ts";
import type { Peer } from "./peers.ts";

/** What is asked of every server, and what a table says of it. */
export const VISITS = {
  anonymous: "anonymous, the handler does not ask",
  nobody: "anonymous, the handler asks",
  "made-up": "made-up cookie, the handler asks",
  unused: "signed in, the handler does not ask",
  read: "signed-in read",
  write: "signed-in write",
  login: "login",
} as const;

export type Visit = keyof typeof VISITS;

export interface Visits {
  readonly operations: Readonly<Partial<Record<Visit, Operation>>>;
  close(): void;
}

/** As many cookies that nobody has given out: each is tried again after so many others. */
const MADE_UP = 1_000;

/** Signs so many users in, and gives what is measured with them. Every answer is checked. */
export async function createVisits(
  port: number,
  { file, kind, lacks }: Peer,
  sessions: number,
): Promise<Visits> {
  const connections = Array.from({ length: IN_FLIGHT }, () => openConnection(port));
  const idle = [...connections];
  const isBare = kind === "bare";
  // Without sessions it still gets a cookie, as long as one of those by hand.
  const browsers = Array.from({ length: sessions }, (_, i) =>
    createBrowser(`user${i}`, isBare ? [`sid=${"x".repeat(43)}`] : []),
  );
  let newcomers: Browser[] = [];
  let created = sessions;

  async function visit(method: string, path: string, body: string, cookie?: string) {
    const connection = idle.pop() as Connection;
    const answer = await connection.send(requestText(method, path, cookie));
    idle.push(connection);
    if (answer.status !== 200 || answer.body !== body) {
      throw new Error(
        `${file} answered ${method} ${path} with ${answer.status} "${answer.body}" instead of "${body}".`,
      );
    }
    return answer;
  }

  async function login(browser: Browser): Promise<void> {
    browser.take(await visit("POST", `/login/${browser.user}`, "hello", browser.cookie));
    check(browser.cookie !== undefined || isBare);
  }

  async function logout(browser: Browser): Promise<void> {
    await visit("POST", "/logout", "bye", browser.cookie);
  }

  async function read(browser: Browser): Promise<void> {
    const body = isBare ? "nobody" : `${browser.user} ${browser.count}`;
    browser.take(await visit("GET", "/me", body, browser.cookie));
  }

  const browserOf = (call: number) => browsers[call % sessions] as Browser;
  await drive((i) => login(browserOf(i)), sessions, IN_FLIGHT);
  // What is done once, at the first sight of a session, is no other request's.
  await drive((i) => read(browserOf(i)), sessions, IN_FLIGHT);
  const inventions = Array.from({ length: MADE_UP }, (_, i) =>
    madeUp(browserOf(i).cookie as string, i),
  );

  const against = null;
  const all: Record<Visit, Operation> = {
    anonymous: {
      name: "anonymous",
      against,
      run: async () => void (await visit("GET", "/plain", "plain")),
    },
    nobody: {
      name: "nobody",
      against,
      run: async () => void (await visit("GET", "/me", "nobody")),
    },
    "made-up": {
      name: "made-up",
      against,
      run: async (call) => void (await visit("GET", "/me", "nobody", inventions[call % MADE_UP])),
    },
    unused: {
      name: "unused",
      against,
      async run(call) {
        const browser = browserOf(call);
        browser.take(await visit("GET", "/plain", "plain", browser.cookie));
      },
    },
    read: { name: "read", against, run: (call) => read(browserOf(call)) },
    write: {
      name: "write",
      against,
      async run(call) {
        const browser = browserOf(call);
        const body = isBare ? "0" : `${++browser.count}`;
        browser.take(await visit("POST", "/count", body, browser.cookie));
      },
    },
    login: {
      name: "login",
      against,
      prepare(calls) {
        newcomers = Array.from({ length: calls }, () => createBrowser(`user${created++}`));
      },
      run: (call) => login(newcomers[call] as Browser),
      finish: () => drive((i) => logout(newcomers[i] as Browser), newcomers.length, IN_FLIGHT),
    },
  };
  const operations: Partial<Record<Visit, Operation>> = all;
  for (const visit of lacks ?? []) delete operations[visit];
  return {
    operations,
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
