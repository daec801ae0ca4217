import type { NewSessionRecord } from "@sojourn/core";
import type { Connected } from "./clients.ts";
import { drive } from "./drive.ts";
import {
  KEY,
  LIMIT,
  MAX_BYTES,
  noteOf,
  plainKey,
  type PlainSession,
  plainSession,
  session,
} from "./sessions.ts";

/** What is measured, and what is done around it. All reject where an answer is not the right one. */
export interface Operation {
  readonly name: string;
  /** The operation that it is held against; null for those. */
  readonly against: string | null;
  prepare?(calls: number): void;
  run(call: number): Promise<void>;
  finish?(): Promise<unknown>;
}

/** Of the calls that are not measured. */
const IN_FLIGHT = 64;

/** Over so many sessions, each of another user, the calls are spread. */
const SESSIONS = 1_000;

/** One session as it lies there both ways. What was written last is what must be read. */
interface Subject {
  readonly key: string;
  plain: PlainSession;
  readonly record: NewSessionRecord;
  note: string;
}

/** Stores the sessions both ways, and gives the operations on them. */
export async function createOperations({ store, get, set }: Connected): Promise<Operation[]> {
  const subjects = Array.from({ length: SESSIONS }, (_, i) => createSubject(i));
  const subjectOf = (call: number) => subjects[call % SESSIONS] as Subject;
  let writes = 0;
  let creations = SESSIONS;
  let newcomers: NewSessionRecord[] = [];

  async function write(call: number): Promise<void> {
    const { key, plain } = subjectOf(call);
    check((await set(key, JSON.stringify(plain))) === "OK");
  }

  async function remove(call: number): Promise<void> {
    check((await store.delete(newcomers[call] as NewSessionRecord)) === "deleted");
  }

  async function create(record: NewSessionRecord): Promise<void> {
    const { status } = await store.create(record, Date.now(), { limit: LIMIT });
    check(status === "created");
  }

  // Not all at once: what the engine sees survive now it would keep apart from garbage for good.
  await drive(
    async (i) => {
      await write(i);
      await create(subjectOf(i).record);
    },
    SESSIONS,
    IN_FLIGHT,
  );

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
    {
      name: "read",
      against: "GET",
      async run(call) {
        const { record, plain, note } = subjectOf(call);
        const found = await store.read(record, Date.now());
        const text = found?.data[KEY];
        check(found?.userId === plain.userId && text === note && isText(JSON.parse(text)));
      },
    },
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
    {
      name: "update",
      against: "SET",
      prepare(calls) {
        writes++;
        for (let call = 0; call < Math.min(calls, SESSIONS); call++) {
          subjectOf(call).note = noteOf(call, writes);
        }
      },
      async run(call) {
        const { record, note } = subjectOf(call);
        const change = { set: { [KEY]: note } };
        const outcome = await store.update(record, change, Date.now(), { maxBytes: MAX_BYTES });
        check(outcome.status === "updated");
      },
    },
    {
      name: "create",
      against: "SET",
      prepare(calls) {
        newcomers = Array.from({ length: calls }, () => session(creations++, Date.now()));
      },
      run: (call) => create(newcomers[call] as NewSessionRecord),
      finish: () => drive(remove, newcomers.length, IN_FLIGHT),
    },
  ];
}

function createSubject(i: number): Subject {
  const record = session(i, Date.now());
  const note = record.data[KEY] as string;
  return { key: plainKey(i), plain: plainSession(record), record, note };
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function check(isRight: boolean): asserts isRight {
  if (!isRight) throw new Error("A wrong answer: what was read or said is not what it should be.");
}
