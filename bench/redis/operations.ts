import { drive } from "../drive.ts";
import { check, IN_FLIGHT, type Operation, SESSIONS } from "../operation.ts";
import { KEY, noteOf, plainKey, type PlainSession, plainSession, session } from "../sessions.ts";
import { createStoreOperations } from "../store-operations.ts";
import type { Connected } from "./clients.ts";

/** One session as one would store it by hand. What was written last is what must be read. */
interface Subject {
  readonly key: string;
  plain: PlainSession;
}

/** Stores the sessions both ways, and gives the operations on them. */
export async function createOperations({ store, get, set }: Connected): Promise<Operation[]> {
  const subjects = Array.from({ length: SESSIONS }, (_, i): Subject => ({
    key: plainKey(i),
    plain: plainSession(session(i, Date.now())),
  }));
  const subjectOf = (call: number) => subjects[call % SESSIONS] as Subject;
  let writes = 0;

  async function write(call: number): Promise<void> {
    const { key, plain } = subjectOf(call);
    check((await set(key, JSON.stringify(plain))) === "OK");
  }

  await drive(write, SESSIONS, IN_FLIGHT);
  const byHand = { read: "GET", update: "SET", create: "SET" };
  const { read, update, create } = await createStoreOperations(store, byHand);

  return [
    {
      name: "GET",
      against: null,
      async run(call) {
        const { key, plain } = subjectOf(call);
        const found = JSON.parse((await get(key)) ?? "null") as PlainSession | null;
        check(found?.userId === plain.userId && found.data[KEY] === plain.data[KEY]);
      },
    },
    read,
    {
      name: "SET",
      against: null,
      prepare(calls) {
        writes++;
        for (let call = 0; call < Math.min(calls, SESSIONS); call++) {
          const { plain } = subjectOf(call);
          const data = { [KEY]: JSON.parse(noteOf(call, writes)) as string };
          subjectOf(call).plain = { ...plain, data };
        }
      },
      run: write,
    },
    update,
    create,
  ];
}
