import { type Entry, isBefore, isKnown, type Made, nowOf } from "../entry.ts";
import type { Report } from "../report.ts";
import { deadlineOf, type Story, witness } from "../story.ts";

/**
 * When a session is there and when it is not. `here` and `stories`: those of one partition.
 */
export function lifeRules(here: readonly Entry[], stories: readonly Story[], report: Report): void {
  const perhapsEvicted = new Set<Story>();
  for (const story of stories) {
    unfounded(story, report);
    outlived(story, report);
    endedTwice(story, report);
    resurrected(story, here, report);
    refused(story, here, report);
    if (missing(story, stories, report) === "perhaps evicted") perhapsEvicted.add(story);
  }
  // A create whose fate is unknown costs one other session at most, and excuses no more.
  const excuses = here.filter((entry) => entry.operation === "create" && !isKnown(entry)).length;
  for (const story of [...perhapsEvicted].slice(excuses)) {
    report("missing", "more have gone than creates of unknown fate can have evicted", {
      lost: story.create,
    });
  }
}

function unfounded({ ref, create, sightings }: Story, report: Report): void {
  const status = create?.outcome?.status ?? "created";
  if (status === "exists") {
    report("unfounded session", "a handle that was new is said to exist", { by: create! });
  }
  const seen = sightings.find(({ by, state }) => {
    if (state === "absent") return false;
    return create === undefined || status !== "created" || by.endedAt < create.startedAt;
  });
  if (seen !== undefined) {
    report("unfounded session", `${ref.handle} is there, and its create ${status}`, {
      by: seen.by,
    });
  }
}

function outlived({ ref, create, sightings, updates }: Story, report: Report): void {
  if (create === undefined) return;
  for (const { by, state } of sightings) {
    if (state === "absent") continue;
    const touches = updates.filter((update) => update.startedAt < by.endedAt);
    if (nowOf(by) >= deadlineOf(create, touches)) {
      report("outlived", `${ref.handle} has expired, and is there`, { by });
      return;
    }
  }
}

function endedTwice({ ref, sightings }: Story, report: Report): void {
  const [first, second] = sightings.filter(({ state }) => state === "ended");
  if (first !== undefined && second !== undefined) {
    report("ended twice", `${ref.handle} was ended by two calls`, {
      lost: first.by,
      by: second.by,
    });
  }
}

function resurrected(story: Story, here: readonly Entry[], report: Report): void {
  const { ref, create, sightings, over } = story;
  const authenticatedAt = create?.args[0].authenticatedAt ?? null;
  const live = sightings.filter(({ state }) => state !== "absent").map(({ by }) => by);

  for (const { by } of over) {
    const again = live.find((call) => isBefore(by, call));
    if (again === undefined) continue;
    report("resurrection", `${ref.handle} had ended, and is there`, { lost: by, by: again });
    return;
  }
  for (const by of here) {
    if (by.operation !== "deleteAll" || !isKnown(by) || by.args[2]?.except === ref.handle) continue;
    if (authenticatedAt === null || authenticatedAt > by.args[1]) continue;
    const again = live.find((call) => isBefore(by, call));
    if (again === undefined) continue;
    report("resurrection", `${ref.handle} is there, whose login began before all were revoked`, {
      lost: by,
      by: again,
    });
    return;
  }
}

function refused({ create }: Story, here: readonly Entry[], report: Report): void {
  if (create?.outcome?.status !== "revoked") return;
  const { authenticatedAt } = create.args[0];
  const isRevoked = here.some(
    (entry) =>
      entry.operation === "deleteAll" &&
      entry.startedAt < create.endedAt &&
      entry.args[1] >= (authenticatedAt ?? Infinity),
  );
  if (!isRevoked) report("needless", "a login was refused that nobody revoked", { by: create });
}

function missing(
  story: Story,
  others: readonly Story[],
  report: Report,
): "perhaps evicted" | undefined {
  for (const { by, state } of story.over) {
    if (state === "ended") continue;
    const reasons = story.endings.filter((ending) => ending.startedAt < by.endedAt);
    const isSure = reasons.some((ending) => isReason(story, ending, by, others));
    if (isSure) continue;
    if (reasons.some(({ operation }) => operation === "create")) return "perhaps evicted";
    const lost = isKnown(story.create as Entry) ? story.create : witness(story, by)?.by;
    report("missing", `${story.ref.handle} was there, and nobody ended it`, { lost, by });
    return undefined;
  }
  return undefined;
}

/** Whether a call that may have ended the session explains that `by` did not find it. */
function isReason({ ref }: Story, ending: Entry, by: Entry, others: readonly Story[]): boolean {
  if (isKnown(ending) || ending.operation === "delete") return true;
  if (ending.operation === "create") return ending.args[2]?.replaces === ref.handle;
  // All or nothing: it has not run if another session of before is still there.
  return !others.some(
    (other) =>
      other.ref.handle !== (ending as Made<"deleteAll">).args[2]?.except &&
      witness(other, ending) !== undefined &&
      other.sightings.some((later) => later.state !== "absent" && isBefore(by, later.by)),
  );
}
