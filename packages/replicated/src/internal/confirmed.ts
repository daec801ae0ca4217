import type { Settings } from "../options.ts";
import type { Follower } from "./follower.ts";
import type { Change, Waiting } from "./queue.ts";

/**
 * Has a change sent on. Gives how many replicas have it, once there are `needed`, or there cannot be, or
 * the time is up.
 */
export function confirmed(
  followers: readonly Follower[],
  change: Change,
  needed: number,
  { clock, acknowledgeWithin }: Settings,
): Promise<number> {
  return new Promise((resolve) => {
    const over = new AbortController();
    let reached = 0;
    let lost = 0;

    function settle(): void {
      waiting.isOver = true;
      over.abort("settled");
      resolve(reached);
    }

    const waiting: Waiting & { isOver: boolean } = {
      isOver: false,
      tell(sent) {
        if (sent) reached++;
        else lost++;
        if (reached >= needed || followers.length - lost < needed) settle();
      },
    };
    for (const follower of followers) follower.add(change, waiting);
    void clock.sleep(acknowledgeWithin, over.signal).then(settle);
  });
}
