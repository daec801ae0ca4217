import { CorruptRecordError } from "@sojourn/core";
import { type BrokenSessions, brokenExchange, brokenOptions, brokenRequest } from "./broken.ts";

export const brokenFailures: readonly BrokenSessions[] = [
  {
    defect: "takes everybody for anonymous while the store is down",
    violates: [8],
    make: () =>
      brokenRequest((session) => ({
        get: () => session.get().catch(() => null),
        peek: () => session.peek().catch(() => null),
      })),
  },
  {
    defect: "answers as though it had saved",
    violates: [8],
    make: () =>
      brokenExchange((exchange) => ({
        finish: (result) => exchange.finish(result).catch(() => {}),
      })),
  },
  {
    defect: "says nothing of a touch that failed",
    violates: [8],
    make: () =>
      brokenOptions(({ onEvent }) => ({
        onEvent: (event, client) =>
          event.type === "background_failed" ? null : onEvent?.(event, client),
      })),
  },
  {
    defect: "reads a damaged record as an empty one",
    violates: [8],
    make: () =>
      brokenOptions(({ store, clock }) => ({
        store: {
          ...store,
          async read(ref, now) {
            const record = await store.read(ref, now);
            if (!record) return record;
            const later = (clock?.now() ?? 0) + 1000;
            const data = { ...record.data };
            for (const text of Object.values(data)) {
              if (typeof text !== "string" || text.includes("{")) return { ...record, data: {} };
            }
            return { ...record, data, expiresAt: record.expiresAt ?? later };
          },
        },
      })),
  },
  {
    defect: "fails on a damaged record each time it meets it",
    violates: [8],
    make: () =>
      brokenOptions(({ store }) => ({
        store: {
          ...store,
          read: (ref, now) =>
            store.read(ref, now).catch((error: unknown) => {
              throw error instanceof CorruptRecordError ? new Error("cannot read it") : error;
            }),
        },
      })),
  },
  {
    defect: "helps itself where the random source fails",
    violates: [8],
    make() {
      let count = 0;
      return brokenOptions(({ random }) =>
        random
          ? {
              random(bytes) {
                bytes.forEach((_, i) => (bytes[i] = (++count * 31 + i) % 251));
              },
            }
          : {},
      );
    },
  },
  {
    defect: "adopts the session whose handle it drew",
    violates: [8],
    make: () =>
      brokenOptions(({ store }) => ({
        store: {
          ...store,
          async create(...args) {
            const outcome = await store.create(...args);
            return outcome.status === "exists" ? { status: "created", evicted: [] } : outcome;
          },
        },
      })),
  },
];
