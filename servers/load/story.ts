import type { SessionRecord, SessionRef } from "@sojourn/core";
import { type Entry, isBefore, isKnown, type Made, nowOf, partitionOf } from "./entry.ts";

/** What one call says of one session. */
export interface Sighting {
  readonly by: Entry;
  /** `ended`: it was live, and this call ended it. */
  readonly state: "live" | "absent" | "ended";
  readonly version?: number;
  readonly record?: SessionRecord;
  /** False where the record was given without its data. */
  readonly withData?: boolean;
}

/** All that a history says of one session. */
export interface Story {
  readonly ref: SessionRef;
  /** Undefined: nobody has made it. */
  readonly create: Made<"create"> | undefined;
  /** The acknowledged calls that say something of it. */
  readonly sightings: readonly Sighting[];
  /** Updates of it that took effect, or may have. */
  readonly updates: readonly Made<"update">[];
  /** Those after which it is over: it ended, or was not there, and had been, and had not expired. */
  readonly over: readonly Sighting[];
  /** Calls by which it ended, or may have. */
  readonly endings: readonly Entry[];
}

/** It was live before this call, as somebody saw. */
export function witness(
  { sightings }: Pick<Story, "sightings">,
  call: Entry,
): Sighting | undefined {
  return sightings.findLast(({ by, state }) => state !== "absent" && isBefore(by, call));
}

/** When it ends by itself, if of all updates these took effect. */
export function deadlineOf(create: Made<"create">, updates: readonly Made<"update">[]): number {
  const [{ idleExpiresAt, expiresAt }] = create.args;
  const touched = updates.map(({ args }) => args[1].touch?.idleExpiresAt ?? -Infinity);
  return Math.min(expiresAt, Math.max(idleExpiresAt, ...touched));
}

/** How many entries a list has unless asked otherwise. */
const LISTED = 1_000;

/** The stories of all sessions of which a history tells. */
export function storiesOf(history: readonly Entry[]): Story[] {
  const stories: Story[] = [];
  for (const here of Map.groupBy(history, partitionOf).values()) {
    const clock = clockOf(here);
    for (const handle of new Set(here.flatMap(handlesIn))) {
      stories.push(storyOf(handle, here, clock));
    }
  }
  return stories;
}

/** The latest `now` that any call before this tick can have told the store. */
type Now = (tick: number) => number;

function clockOf(here: readonly Entry[]): Now {
  const timed = here
    .filter((entry) => nowOf(entry) > -Infinity)
    .toSorted((a, b) => a.startedAt - b.startedAt);
  return (tick) => {
    const last = timed.findLast(({ startedAt }) => startedAt < tick);
    return last === undefined ? -Infinity : nowOf(last);
  };
}

function handlesIn(entry: Entry): string[] {
  switch (entry.operation) {
    case "create":
      return [entry.args[0].handle];
    case "list":
      return entry.outcome?.map(({ handle }) => handle) ?? [];
    case "deleteAll":
      return [...(entry.outcome ?? [])];
    default:
      return [entry.args[0].handle];
  }
}

function storyOf(handle: string, here: readonly Entry[], clock: Now): Story {
  const create = here.find(
    (entry): entry is Made<"create"> =>
      entry.operation === "create" && entry.args[0].handle === handle,
  );
  const updates = here.filter(
    (entry): entry is Made<"update"> =>
      entry.operation === "update" &&
      entry.args[0].handle === handle &&
      (entry.outcome?.status ?? "updated") === "updated",
  );
  /** What has expired goes when somebody comes with a later clock, and until then may be touched. */
  function mayHaveExpired(by: Entry): boolean {
    if (create === undefined) return true;
    const touches = updates.filter((update) => isKnown(update) && isBefore(update, by));
    return clock(by.endedAt) >= deadlineOf(create, touches);
  }

  // A delete is told no `now`, and may find what has expired.
  const sightings = here
    .flatMap((entry) => sighting(entry, handle) ?? [])
    .filter(({ by }) => by.operation !== "delete" || !mayHaveExpired(by));

  return {
    ref: { partition: partitionOf(here[0] as Entry), handle },
    create,
    updates,
    sightings,
    over: sightings.filter(({ by, state }) => {
      if (state !== "absent") return state === "ended";
      return witness({ sightings }, by) !== undefined && !mayHaveExpired(by);
    }),
    endings: here.filter((entry) => mayEnd(entry, handle)),
  };
}

function sighting(by: Entry, handle: string): Sighting | undefined {
  if (by.outcome === undefined) return undefined;
  switch (by.operation) {
    case "create":
      return sightingByCreate(by, handle);
    case "list": {
      const record = by.outcome.find((one) => one.handle === handle);
      const withData = by.args[2]?.withData === true;
      if (record !== undefined) return live(by, record, withData);
      const { after = "", limit = LISTED } = by.args[2] ?? {};
      return handle > after && by.outcome.length < limit ? { by, state: "absent" } : undefined;
    }
    case "deleteAll":
      if (by.outcome.includes(handle)) return { by, state: "ended" };
      return by.args[2]?.except === handle ? undefined : { by, state: "absent" };
    default:
      return by.args[0].handle === handle ? sightingOfOne(by) : undefined;
  }
}

function sightingByCreate(by: Made<"create">, handle: string): Sighting | undefined {
  if (by.outcome?.status !== "created") return undefined;
  if (by.args[0].handle === handle) return { by, state: "live", version: 1 };
  if (by.outcome.evicted.includes(handle)) return { by, state: "ended" };
  return by.args[2]?.replaces === handle ? { by, state: "absent" } : undefined;
}

function sightingOfOne(by: Made<"read"> | Made<"update"> | Made<"delete">): Sighting | undefined {
  if (by.operation === "read") {
    return by.outcome ? live(by, by.outcome, true) : { by, state: "absent" };
  }
  if (by.operation === "delete") {
    if (by.outcome === "conflict") return { by, state: "live" };
    return { by, state: by.outcome === "deleted" ? "ended" : "absent" };
  }
  switch (by.outcome?.status) {
    case "updated":
      return { by, state: "live", version: by.outcome.version };
    case "conflict":
      return live(by, by.outcome.record, true);
    case "gone":
      return { by, state: "absent" };
    default:
      return { by, state: "live" };
  }
}

function live(by: Entry, record: SessionRecord, withData: boolean): Sighting {
  return { by, state: "live", version: record.version, record, withData };
}

/** Whether a session may have ended by this call: by its own word, or where it gave none. */
function mayEnd(entry: Entry, handle: string): boolean {
  switch (entry.operation) {
    case "create": {
      const [record, , { limit, replaces } = {}] = entry.args;
      if (record.handle === handle) return false;
      if (entry.outcome === undefined) return replaces === handle || limit !== undefined;
      if (entry.outcome.status !== "created") return false;
      return replaces === handle || entry.outcome.evicted.includes(handle);
    }
    case "delete":
      if (entry.args[0].handle !== handle) return false;
      return entry.outcome === undefined || entry.outcome === "deleted";
    case "deleteAll":
      if (entry.args[2]?.except === handle) return false;
      return entry.outcome === undefined || entry.outcome.includes(handle);
    default:
      return false;
  }
}
