import { type Entry, isBefore, type Made } from "../entry.ts";
import type { Report } from "../report.ts";
import type { Sighting, Story } from "../story.ts";

/** What a session holds: no write that was acknowledged is lost, and none is there that nobody made. */
export function valueRules(story: Story, report: Report): void {
  const records = story.sightings.filter(({ record }) => record !== undefined);
  const withData = records.filter((sighting) => sighting.withData);
  for (const key of keysOf(story, withData)) {
    const writes = writesOf(story, ({ set = {}, unset = [] }) =>
      unset.includes(key) ? null : set[key],
    );
    register(story, key, writes, withData, ({ data }) => data[key] ?? null, report);
    if (key.startsWith("counter")) counter(story, key, withData, report);
  }
  const renewals = writesOf(story, ({ credential }, { outcome }) =>
    outcome?.status === "updated" && !outcome.renewed ? undefined : credential?.to,
  );
  register(story, "credential", renewals, records, ({ credential }) => credential, report);
  const noted = writesOf(story, ({ envelope }) => envelope?.facts);
  register(story, "facts", noted, records, ({ facts }) => facts, report);
  renewedTwice(story, report);
  twins(withData, report);
  neverBack(story, records, "lastSeenAt", ({ record }) => record?.lastSeenAt ?? -Infinity, report);
  versions(story, report);
}

interface Write {
  readonly by: Entry;
  readonly text: string | null;
}

type Change = Made<"update">["args"][1];

function keysOf({ create, updates }: Story, sightings: readonly Sighting[]): Set<string> {
  return new Set([
    ...Object.keys(create?.args[0].data ?? {}),
    ...updates.flatMap(({ args }) => [...Object.keys(args[1].set ?? {}), ...(args[1].unset ?? [])]),
    ...sightings.flatMap(({ record }) => Object.keys(record?.data ?? {})),
  ]);
}

/** The updates that give something another text. */
function writesOf(
  { updates }: Story,
  textOf: (change: Change, update: Made<"update">) => string | null | undefined,
): Write[] {
  return updates.flatMap((by): Write[] => {
    const text = textOf(by.args[1], by);
    return text === undefined ? [] : [{ by, text }];
  });
}

/**
 * A read gives the last write, or one that overlapped with it, or with the read. Of a write whose fate
 * is unknown it may be the turn at any time.
 */
function register(
  { ref, create }: Story,
  key: string,
  updates: readonly Write[],
  sightings: readonly Sighting[],
  textOf: (record: NonNullable<Sighting["record"]>) => string | null,
  report: Report,
): void {
  if (create === undefined) return;
  const [record] = create.args;
  const writes = [{ by: create, text: textOf({ ...record, version: 1 }) }, ...updates];
  const reported = new Set<Write>();
  for (const { by, record } of sightings) {
    if (record === undefined) continue;
    const text = textOf(record);
    const candidates = writes.filter((one) => one.text === text && one.by.startedAt < by.endedAt);
    if (candidates.length === 0) {
      report("unfounded value", `nobody has written this ${key} of ${ref.handle}`, { by });
      return;
    }
    const lost = writes.filter(
      (write) =>
        isBefore(write.by, by) && candidates.every((earlier) => isBefore(earlier.by, write.by)),
    );
    for (const write of lost) {
      if (reported.has(write)) continue;
      reported.add(write);
      report("lost update", `${key} of ${ref.handle} is ${String(text).slice(0, 50)} again`, {
        lost: write.by,
        by,
      });
    }
  }
}

/** As much as was acknowledged; of what is unknown some, all or nothing. */
function counter(
  { ref, updates }: Story,
  key: string,
  sightings: readonly Sighting[],
  report: Report,
): void {
  const raised = updates.filter(({ args }) => args[1].set?.[key] !== undefined);
  for (const { by, record } of sightings) {
    const count = Number(record?.data[key] ?? 0);
    const least = raised.filter((update) => isBefore(update, by)).length;
    const most = raised.filter((update) => update.startedAt < by.endedAt).length;
    if (count >= least && count <= most) continue;
    report("lost update", `${key} of ${ref.handle} is ${count}, not ${least} to ${most}`, { by });
    return;
  }
}

function renewedTwice({ ref, updates }: Story, report: Report): void {
  const earlier = new Map<string, Entry>();
  for (const update of updates) {
    const { credential } = update.args[1];
    if (credential === undefined || update.outcome?.status !== "updated") continue;
    if (!update.outcome.renewed) continue;
    const lost = earlier.get(credential.from);
    if (lost !== undefined) {
      report("lost update", `a credential of ${ref.handle} was replaced twice`, {
        lost,
        by: update,
      });
    }
    earlier.set(credential.from, update);
  }
}

/** What one call writes under several keys is there under all of them. */
function twins(sightings: readonly Sighting[], report: Report): void {
  for (const { by, record } of sightings) {
    const pairs = Object.entries(record?.data ?? {}).filter(([key]) => key.startsWith("twin"));
    const groups = Map.groupBy(pairs, ([key]) => key.slice(0, key.indexOf(".")));
    for (const [name, group] of groups) {
      if (new Set(group.map(([, text]) => text)).size === 1 && group.length > 1) continue;
      report("unfounded value", `half a write of ${name}`, { by });
      return;
    }
  }
}

function versions(story: Story, report: Report): void {
  const { ref, updates, sightings } = story;
  const seen = sightings.filter(({ version }) => version !== undefined);
  neverBack(story, seen, "version", ({ version }) => version ?? 0, report);

  const given = new Map<number, Entry>();
  for (const update of updates) {
    const { set = {}, unset = [], envelope = {} } = update.args[1];
    const isCounted = Object.keys({ ...set, ...envelope }).length + unset.length > 0;
    if (!isCounted || update.outcome?.status !== "updated") continue;
    const { version } = update.outcome;
    const lost = given.get(version);
    if (lost !== undefined) {
      report("version", `two updates of ${ref.handle} gave the same`, { lost, by: update });
    }
    given.set(version, update);
    const before = seen.find(
      (sighting) => isBefore(sighting.by, update) && (sighting.version ?? 0) >= version,
    );
    if (before !== undefined) {
      report("version", `that of ${ref.handle} did not grow`, { lost: before.by, by: update });
    }
  }
}

function neverBack(
  { ref }: Story,
  sightings: readonly Sighting[],
  name: string,
  valueOf: (sighting: Sighting) => number,
  report: Report,
): void {
  for (const later of sightings) {
    const value = valueOf(later);
    const higher = sightings.find((one) => isBefore(one.by, later.by) && valueOf(one) > value);
    if (higher === undefined) continue;
    report("version", `${name} of ${ref.handle} went back`, { lost: higher.by, by: later.by });
    return;
  }
}
