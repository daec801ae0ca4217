import type { Once, PoweredStore, ReplicaTarget } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { replicatedStore } from "@sojourn/replicated";

const primary = memoryStore({ replicable: true });
const replicas = [memoryStore({ replicable: true })];

const store = replicatedStore({ primary, replicas });
// What the primary has is there, and is not to be asked for.
export const once: Once = store.powers.once;
// @ts-expect-error It cannot be copied itself.
export const replica: ReplicaTarget = store.powers.replica;

declare const bare: PoweredStore<{ readonly replica: ReplicaTarget }>;
// @ts-expect-error The primary may have no such power.
export const missing: Once = replicatedStore({ primary: bare, replicas }).powers.once;

// @ts-expect-error It has to be made with replicable: true.
replicatedStore({ primary: memoryStore(), replicas });
// @ts-expect-error So have the replicas.
replicatedStore({ primary, replicas: [memoryStore()] });
// @ts-expect-error There is no such level.
replicatedStore({ primary, replicas, acknowledge: "most" });
// @ts-expect-error Nor such a kind of write.
replicatedStore({ primary, replicas, acknowledge: { logouts: "all" } });
