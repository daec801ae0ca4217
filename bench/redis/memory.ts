import { startRedis } from "@sojourn/servers";
import { LIMIT, plainKey, plainSession, session } from "../sessions.ts";
import { type Connected, connect } from "./clients.ts";

/** How sessions can be stored. */
interface Way {
  readonly name: string;
  readonly isOurs?: boolean;
  /** Resolves when the i-th session is stored. */
  put(connected: Connected, i: number): Promise<unknown>;
}

export interface Footprint {
  readonly name: string;
  readonly isOurs: boolean;
  /** Bytes of the server's memory that a session takes, with all there is beside it. */
  readonly bytes: number;
}

/** The two that all are held against. Nobody could list sessions so stored by their user. */
export const PLAIN = "`SET` of `{ userId, data }`";
export const WHOLE = "`SET` of the whole record";

const now = Date.now();

const ways: readonly Way[] = [
  {
    name: PLAIN,
    put: ({ set }, i) => set(plainKey(i), JSON.stringify(plainSession(session(i, now)))),
  },
  { name: WHOLE, put: ({ set }, i) => set(plainKey(i), JSON.stringify(session(i, now))) },
  ...[1, 5].flatMap((perUser) => [
    {
      name: `${PLAIN}, and \`SADD\` to the user's set, ${perUser} a user`,
      async put({ set, addToSet }: Connected, i: number) {
        const record = session(i, now, perUser);
        await set(plainKey(i), JSON.stringify(plainSession(record)));
        await addToSet(`user:${record.userId}`, plainKey(i));
      },
    },
    {
      name: `Sojourn, ${perUser} a user`,
      isOurs: true,
      async put({ store }: Connected, i: number) {
        const { status } = await store.create(session(i, now, perUser), now, { limit: LIMIT });
        if (status !== "created") throw new Error(`A session was not created: ${status}.`);
      },
    },
  ]),
];

/** Each on a server of its own with the default configuration. */
export async function measureMemory(sessions: number): Promise<Footprint[]> {
  const found: Footprint[] = [];
  for (const { name, isOurs = false, put } of ways) {
    found.push({ name, isOurs, bytes: await footprint(put, sessions) });
  }
  return found;
}

async function footprint(put: Way["put"], sessions: number): Promise<number> {
  const server = await startRedis();
  try {
    const connected = await connect("redis", [server.port]);
    // What a server allocates once is no session's.
    await put(connected, sessions);
    const before = await stored(server.cli);
    for (let i = 0; i < sessions;) {
      const batch = Array.from({ length: Math.min(500, sessions - i) }, () => put(connected, i++));
      await Promise.all(batch);
    }
    const after = await stored(server.cli);
    await connected.close();
    return (after - before) / sessions;
  } finally {
    await server.stop();
  }
}

/** Bytes in use, without what connections take for the moment. */
async function stored(cli: (...args: string[]) => Promise<string>): Promise<number> {
  const info = await cli("INFO", "memory");
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1]);
  return field("used_memory") - field("mem_clients_normal");
}
