import type { ReplicaTarget, StorePowers } from "@sojourn/core";
import { type SqlDatabase, sqlStore } from "@sojourn/sql";

declare const database: SqlDatabase;
declare const asked: boolean;

// What is there is known when it is configured.
const { powers } = sqlStore(database);
const always: Required<Pick<StorePowers, "marks" | "references" | "once">> = powers;
const replica: ReplicaTarget = sqlStore(database, { replicable: true, prefix: "shop_" }).powers
  .replica;
export const used: readonly unknown[] = [always, replica];

// @ts-expect-error -- there is no channel in SQL
export const channel = powers.channel;
// @ts-expect-error -- nor a copy that nobody asked for
export const unasked = powers.replica;
// @ts-expect-error -- or perhaps did not
export const perhaps = sqlStore(database, { replicable: asked }).powers.replica;
