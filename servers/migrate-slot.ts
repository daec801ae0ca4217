import { ask, type Reply } from "./resp.ts";

export interface MoveSlotOptions {
  /**
   * Called, and waited for, when the slot is marked on both sides (with 0) and after each batch (with
   * the number of keys moved so far): while it runs, clients meet ASK and TRYAGAIN.
   */
  readonly pauseBetween?: (moved: number) => unknown;
  /** How many keys move at a time. */
  readonly batch?: number;
}

export interface Side {
  readonly id: string;
  readonly port: number;
}

/** Moves a slot's keys and then the slot: https://redis.io/docs/latest/commands/cluster-setslot/ */
export async function migrateSlot(
  slot: number,
  from: Side,
  to: Side,
  { pauseBetween = () => {}, batch = 10 }: MoveSlotOptions = {},
): Promise<void> {
  await ask(to.port, "CLUSTER", "SETSLOT", slot, "IMPORTING", from.id);
  await ask(from.port, "CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
  let moved = 0;
  await pauseBetween(moved);
  for (;;) {
    const keys = (await ask(from.port, "CLUSTER", "GETKEYSINSLOT", slot, batch)) as Reply[];
    if (keys.length === 0) break;
    const names = keys as Buffer[];
    await ask(from.port, "MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "KEYS", ...names);
    moved += keys.length;
    await pauseBetween(moved);
  }
  // The new owner first, so that the slot is never nobody's.
  for (const { port } of [to, from]) await ask(port, "CLUSTER", "SETSLOT", slot, "NODE", to.id);
}
