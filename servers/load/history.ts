import { type Entry, partitionOf } from "./entry.ts";
import { createReport, type Violation } from "./report.ts";
import { lifeRules } from "./rules/life.ts";
import { limitRules } from "./rules/limit.ts";
import { valueRules } from "./rules/values.ts";
import { storiesOf } from "./story.ts";

/**
 * What in a history no store that keeps the contract can have answered, as far as that can be told
 * without knowing in which order calls took effect that overlapped.
 *
 * It relies on how a load is made: a handle is created once, of a session that was seen
 * (`lastSeenAt`); in one partition every `create` has the same limit; a key that begins with `counter`
 * is raised by one, with `ifVersion` or `expect`; keys of one name that begin with `twin` (`twin1.a`,
 * `twin1.b`) are written together and alike; credentials are new, and so are all other texts; only
 * touches move a deadline; `now` never goes back.
 */
export function violations(history: readonly Entry[]): Violation[] {
  const found: Violation[] = [];
  const report = createReport(found);
  const partitions = Map.groupBy(history, partitionOf);
  const stories = Map.groupBy(storiesOf(history), ({ ref }) => ref.partition);
  for (const [partition, here] of partitions) {
    const theirs = stories.get(partition) ?? [];
    lifeRules(here, theirs, report);
    limitRules(here, theirs, report);
    for (const story of theirs) valueRules(story, report);
  }
  return found;
}
