import { checkText, type References, type SessionRef } from "@sojourn/core";
import { Expiring } from "./expiring.ts";

/** How many entries `find` gives unless asked otherwise. */
const FOUND = 1_000;

export function memoryReferences(): References {
  // A name is kept for as long as the last of its entries.
  const names = new Expiring<Expiring<SessionRef>>();
  return {
    async add(name, { partition, handle }, expiresAt, now) {
      checkText(name);
      if (now >= expiresAt) return;
      const found = names.get(name, now);
      const entries = found?.value ?? new Expiring<SessionRef>();
      const key = partition + handle;
      const latest = Math.max(expiresAt, entries.get(key, now)?.expiresAt ?? 0);
      entries.set(key, { partition, handle }, latest, now);
      names.set(name, entries, Math.max(expiresAt, found?.expiresAt ?? 0), now);
    },

    async find(name, now, limit = FOUND) {
      checkText(name);
      const refs = names.get(name, now)?.value.live(now, limit) ?? [];
      return refs.map(({ partition, handle }) => ({ partition, handle }));
    },

    async remove(name, refs) {
      checkText(name);
      const entries = names.get(name, -Infinity)?.value;
      if (entries === undefined) return;
      for (const { partition, handle } of refs) entries.delete(partition + handle);
      if (entries.size === 0) names.delete(name);
    },
  };
}
