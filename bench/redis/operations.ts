import { drive } from "../drive.ts";
import { check, IN_FLIGHT, type Operation, SESSIONS } from "../operation.ts";
import { KEY, notesOf, plainKey, type PlainSession, plainSession, session } from "../sessions.ts";
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
  let written: PlainSession[] = [];

  async function write({ key }: Subject, plain: PlainSession): Promise<void> {
    check((await set(key, JSON.stringify(plain))) === "OK");
  }

  await drive((i) => write(subjectOf(i), subjectOf(i).plain), SESSIONS, IN_FLIGHT);
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
        written = notesOf(calls, ++writes).map((note, call) => ({
          ...subjectOf(call).plain,
          data: { [KEY]: JSON.parse(note) as string },
        }));
        written.forEach((plain, call) => (subjectOf(call).plain = plain));
      },
      run: (call) => write(subjectOf(call), written[call] as PlainSession),
    },
    update,
    create,
  ];
}
