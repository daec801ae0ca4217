import { type Entry, isBefore, type Made } from "../entry.ts";
import type { Report } from "../report.ts";
import { deadlineOf, type Story } from "../story.ts";

/** How many a partition holds. `here` and `stories`: those of one partition, whose limit is one. */
export function limitRules(
  here: readonly Entry[],
  stories: readonly Story[],
  report: Report,
): void {
  const creates = here.filter((entry) => entry.operation === "create");
  const limit = creates.find(({ args }) => args[2]?.limit !== undefined)?.args[2]?.limit;
  if (limit === undefined) return;
  for (const entry of here) {
    if (entry.operation === "list" && (entry.outcome?.length ?? 0) > limit.max) {
      report("limit", `more than ${limit.max} are listed`, { by: entry });
    }
  }
  for (const create of creates) {
    if (create.outcome?.status === "created") room(create, stories, limit.max, report);
    if (create.outcome?.status === "limit-reached" && possible(create, stories) < limit.max) {
      report("needless", "a session was refused where there was room", { by: create });
    }
  }
}

function room(
  create: Made<"create">,
  stories: readonly Story[],
  max: number,
  report: Report,
): void {
  const { handle } = create.args[0];
  const through = stories.filter(
    ({ ref, sightings }) => ref.handle !== handle && isLiveThrough(sightings, create),
  );
  if (through.length + 1 > max) {
    report("overfull", `beside ${through.length} others that lived on, one more was created`, {
      by: create,
    });
  }
  const evicted = create.outcome?.status === "created" ? create.outcome.evicted.length : 0;
  if (evicted > Math.max(0, possible(create, stories) + 1 - max)) {
    report("needless", "a session was evicted where there was room", { by: create });
  }
}

/** It was live before the call and after it. */
function isLiveThrough(sightings: Story["sightings"], call: Entry): boolean {
  const live = sightings.filter(({ state }) => state !== "absent");
  return live.some(({ by }) => isBefore(by, call)) && live.some(({ by }) => isBefore(call, by));
}

/** How many others may have been live when this call took effect. */
function possible(call: Made<"create">, stories: readonly Story[]): number {
  const [{ handle }, now, { replaces } = {}] = call.args;
  return stories.filter(({ ref, create, updates, over }) => {
    if (create === undefined || ref.handle === handle || ref.handle === replaces) return false;
    if ((create.outcome?.status ?? "created") !== "created") return false;
    if (create.startedAt > call.endedAt || now >= deadlineOf(create, updates)) return false;
    return !over.some(({ by }) => isBefore(by, call));
  }).length;
}
