import type { SessionChange, SessionRecord, SessionRef, Store, UpdateOptions } from "@sojourn/core";
import { clock, lifeOf, newRecord, type User } from "./users.ts";

/** One of the clients of a load. */
export interface Actor {
  readonly name: string;
  readonly store: Store;
  readonly users: readonly User[];
  /** How much it has written so far: no text is written twice. */
  written: number;
}

type Act = (actor: Actor) => Promise<unknown>;

/** Of more bytes than this, data does not lie with its record. */
const LARGE = "x".repeat(1_100);

async function create({ store, users }: Actor): Promise<unknown> {
  const user = any(users);
  const replaces = Math.random() < 0.2 ? someOf(user)?.handle : undefined;
  const kind = Math.random() < 0.15 ? "short" : "long";
  const record = newRecord(user, Math.floor(Math.random() * 5), kind);
  const options = { limit: user.limit, ...(replaces !== undefined && { replaces }) };
  const { status } = await store.create(record, record.createdAt, options);
  if (status === "created") user.live.add(record.handle);
  return status;
}

/** On a session that is likely to be there, or else on one that is likely to have ended. */
function on(act: (actor: Actor, ref: SessionRef) => Promise<unknown>): Act {
  return async (actor) => {
    const user = any(actor.users);
    const ref = someOf(user);
    if (ref === undefined) return;
    const outcome = await act(actor, ref);
    if (outcome === null || outcome === "gone") user.live.delete(ref.handle);
  };
}

const read: Act = on(({ store }, ref) => store.read(ref, clock()));

/** A key, and two that go together, of its own. */
const write: Act = on((actor, ref) => {
  const { name } = actor;
  const large = Math.random() < 0.2 ? LARGE : "";
  const [own, twin] = [newText(actor), newText(actor, large)];
  return update(actor, ref, {
    set: { [`own${name}`]: own, [`twin${name}.a`]: twin, [`twin${name}.b`]: twin },
  });
});

const remove: Act = on((actor, ref) => update(actor, ref, { unset: [`own${actor.name}`] }));

const share: Act = on((actor, ref) => update(actor, ref, { set: { shared: newText(actor) } }));

const note: Act = on((actor, ref) => update(actor, ref, { envelope: { facts: newText(actor) } }));

const touch: Act = on((actor, ref) => {
  const now = clock();
  return update(actor, ref, { touch: { lastSeenAt: now, idleExpiresAt: now + lifeOf(ref) } });
});

/** What depends on what is there, and is tried once more where that has changed. */
function onRecord(
  act: (actor: Actor, record: SessionRecord) => Promise<SessionRecord | string>,
): Act {
  return on(async (actor, ref) => {
    const record = await actor.store.read(ref, clock());
    if (record === null) return null;
    const outcome = await act(actor, record);
    return typeof outcome === "string" ? outcome : act(actor, outcome);
  });
}

const countByVersion: Act = onRecord((actor, record) => {
  const { version, data } = record;
  const set = { counterByVersion: `${Number(data.counterByVersion ?? 0) + 1}` };
  return update(actor, record, { set }, { ifVersion: version });
});

const countByText: Act = onRecord((actor, record) => {
  const text = record.data.counterByText ?? null;
  return update(actor, record, {
    expect: { counterByText: text },
    set: { counterByText: `${Number(text ?? 0) + 1}` },
  });
});

const renew: Act = onRecord((actor, record) => {
  const { credential } = record;
  return update(actor, record, { credential: { from: credential, to: newText(actor) } });
});

const end: Act = on(({ store }, ref) => store.delete(ref));

const endByVersion: Act = onRecord(({ store }, { partition, handle, version }) =>
  store.delete({ partition, handle }, { ifVersion: version }),
);

async function endAll({ store, users }: Actor): Promise<unknown> {
  const user = any(users);
  const except = Math.random() < 0.5 ? someOf(user)?.handle : undefined;
  return store.deleteAll(user.partition, clock(), except === undefined ? {} : { except });
}

async function list({ store, users }: Actor): Promise<unknown> {
  return store.list(any(users).partition, clock(), { withData: Math.random() < 0.5 });
}

const WEIGHTS: readonly (readonly [number, Act])[] = [
  [9, create],
  [20, read],
  [20, write],
  [2, remove],
  [6, share],
  [3, note],
  [8, touch],
  [8, countByVersion],
  [8, countByText],
  [6, renew],
  [3, end],
  [1, endByVersion],
  [1, endAll],
  [4, list],
];

const DRAWN: readonly Act[] = WEIGHTS.flatMap(([weight, act]) => Array<Act>(weight).fill(act));

export const acts: { readonly any: Act; readonly read: Act } = {
  any: (actor) => any(DRAWN)(actor),
  read,
};

/** Gives `gone`, or in a conflict the record. */
async function update(
  { store }: Actor,
  { partition, handle }: SessionRef,
  change: SessionChange,
  options?: UpdateOptions,
): Promise<SessionRecord | string> {
  const outcome = await store.update({ partition, handle }, change, clock(), options);
  return outcome.status === "conflict" ? outcome.record : outcome.status;
}

function newText(actor: Actor, large = ""): string {
  return JSON.stringify(`${actor.name}.${++actor.written}${large}`);
}

function any<T>(some: readonly T[]): T {
  return some[Math.floor(Math.random() * some.length)] as T;
}

function someOf({ partition, all, live }: User): SessionRef | undefined {
  if (live.size > 0 && Math.random() < 0.8) return { partition, handle: any([...live]) };
  return any(all.slice(-6));
}
