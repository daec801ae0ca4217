import type { Emit } from "../events.ts";
import type { Settings } from "../options.ts";
import type { Member } from "./member.ts";

/** From a primary to one of its replicas: what every step of copying needs. */
export interface Pair {
  readonly primary: Member;
  readonly replica: Member;
  /** All replicas of this primary: who is asked before something goes up to it. */
  readonly replicas: readonly Member[];
  readonly settings: Settings;
  readonly emit: Emit;
  readonly figures: Figures;
  /** The primary has something that the other replicas may not have. */
  passOn(partition: string, handles: readonly string[]): void;
}

/** Counts of what became of a replica's states. */
interface Figures {
  sent: number;
  overflows: number;
  diverged: number;
  conflicts: number;
  refused: number;
}

/** One list a partition. */
export function groupBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
