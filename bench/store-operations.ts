import type { NewSessionRecord, Store } from "@sojourn/core";
import { drive } from "./drive.ts";
import { check, IN_FLIGHT, type Operation, SESSIONS } from "./operation.ts";
import { KEY, LIMIT, MAX_BYTES, notesOf, session } from "./sessions.ts";

/** What one would do by hand, by the operation of the store that it stands against. */
export interface ByHand {
  readonly read: string;
  readonly update: string;
  readonly create: string;
}

/** A session, and the text that must be read: what was written last. */
interface Subject {
  readonly record: NewSessionRecord;
  note: string;
}

/** Stores the sessions, and gives the operations on them, which are the same for every store. */
export async function createStoreOperations(
  store: Store,
  byHand: ByHand,
): Promise<Record<keyof ByHand, Operation>> {
  const subjects = Array.from({ length: SESSIONS }, (_, i) => createSubject(i));
  const subjectOf = (call: number) => subjects[call % SESSIONS] as Subject;
  let writes = 0;
  let notes: string[] = [];
  let creations = SESSIONS;
  let newcomers: NewSessionRecord[] = [];

  async function create(record: NewSessionRecord): Promise<void> {
    const { status } = await store.create(record, Date.now(), { limit: LIMIT });
    check(status === "created");
  }

  async function remove(call: number): Promise<void> {
    check((await store.delete(newcomers[call] as NewSessionRecord)) === "deleted");
  }

  // Not all at once: what the engine sees survive now it would keep apart from garbage for good.
  await drive((i) => create(subjectOf(i).record), SESSIONS, IN_FLIGHT);

  return {
    read: {
      name: "read",
      against: byHand.read,
      async run(call) {
        const { record, note } = subjectOf(call);
        const found = await store.read(record, Date.now());
        const text = found?.data[KEY];
        check(found?.userId === record.userId && text === note);
        check(typeof JSON.parse(text) === "string");
      },
    },
    update: {
      name: "update",
      against: byHand.update,
      prepare(calls) {
        notes = notesOf(calls, ++writes);
        notes.forEach((note, call) => (subjectOf(call).note = note));
      },
      async run(call) {
        const { record } = subjectOf(call);
        const change = { set: { [KEY]: notes[call] as string } };
        const outcome = await store.update(record, change, Date.now(), { maxBytes: MAX_BYTES });
        check(outcome.status === "updated");
      },
    },
    create: {
      name: "create",
      against: byHand.create,
      prepare(calls) {
        newcomers = Array.from({ length: calls }, () => session(creations++, Date.now()));
      },
      run: (call) => create(newcomers[call] as NewSessionRecord),
      finish: () => drive(remove, newcomers.length, IN_FLIGHT),
    },
  };
}

function createSubject(i: number): Subject {
  const record = session(i, Date.now());
  return { record, note: record.data[KEY] as string };
}
