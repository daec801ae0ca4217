import { drive } from "../drive.ts";
import { check, IN_FLIGHT, type Operation, SESSIONS } from "../operation.ts";
import { KEY, notesOf } from "../sessions.ts";
import { createStoreOperations } from "../store-operations.ts";
import { rowOf } from "./by-hand.ts";
import type { Connected, TableRow } from "./connected.ts";

/** A row, and the text that must be read: what was written last. */
interface Subject {
  readonly id: string;
  readonly userId: string;
  text: string;
}

/** Stores the sessions both ways, and gives the operations on them. */
export async function createOperations({ store, table }: Connected): Promise<Operation[]> {
  const rows = Array.from({ length: SESSIONS }, (_, i) => rowOf(i, Date.now()));
  const subjects = rows.map(({ id, user_id: userId, data }): Subject => ({
    id,
    userId,
    text: textOf(data),
  }));
  const subjectOf = (call: number) => subjects[call % SESSIONS] as Subject;
  let writes = 0;
  let texts: string[] = [];
  let creations = SESSIONS;
  let newcomers: TableRow[] = [];

  const insert = async (row: TableRow) => check((await table.insert(row)) === 1);
  const remove = async ({ id }: TableRow) => check((await table.delete(id)) === 1);

  await drive((i) => insert(rows[i] as TableRow), SESSIONS, IN_FLIGHT);
  const byHand = { read: "SELECT", update: "UPDATE", create: "INSERT" };
  const { read, update, create } = await createStoreOperations(store, byHand);

  return [
    {
      name: "SELECT",
      against: null,
      async run(call) {
        const { id, userId, text } = subjectOf(call);
        const found = await table.select(id, Date.now());
        check(found?.user_id === userId && textOf(found.data) === text);
      },
    },
    read,
    {
      name: "UPDATE",
      against: null,
      prepare(calls) {
        texts = notesOf(calls, ++writes).map((note) => JSON.parse(note) as string);
        texts.forEach((text, call) => (subjectOf(call).text = text));
      },
      async run(call) {
        const data = JSON.stringify({ [KEY]: texts[call] });
        check((await table.update(subjectOf(call).id, data)) === 1);
      },
    },
    update,
    {
      name: "INSERT",
      against: null,
      prepare(calls) {
        newcomers = Array.from({ length: calls }, () => rowOf(creations++, Date.now()));
      },
      run: (call) => insert(newcomers[call] as TableRow),
      finish: () => drive((i) => remove(newcomers[i] as TableRow), newcomers.length, IN_FLIGHT),
    },
    create,
  ];
}

function textOf(data: string): string {
  return (JSON.parse(data) as { [KEY]: string })[KEY];
}
