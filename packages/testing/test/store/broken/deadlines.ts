import type { BrokenStore } from "./broken.ts";

export const brokenDeadlines: readonly BrokenStore[] = [
  {
    defect: "reads what has been idle for too long",
    rejectedBy: "invariant 4: from the ms of the idle deadline",
    make: ({ oracle }) => ({
      async read(ref, now) {
        const record = oracle.read(ref, -Infinity);
        return record === null || record.expiresAt <= now ? null : record;
      },
    }),
  },
  {
    defect: "reads what is too old",
    rejectedBy: "invariant 4: from the ms of the absolute deadline",
    make: ({ oracle }) => ({
      async read(ref, now) {
        const record = oracle.read(ref, -Infinity);
        return record === null || record.idleExpiresAt <= now ? null : record;
      },
    }),
  },
  {
    defect: "lists for a millisecond longer",
    rejectedBy: "invariant 4: from the ms of the idle deadline",
    make: ({ store }) => ({
      list: (partition, now, options) => store.list(partition, now - 1, options),
    }),
  },
  {
    defect: "lets a touch revive what has expired and was not swept yet",
    rejectedBy: "invariant 4: from the ms of the idle deadline",
    make: ({ store }) => ({
      update: (ref, change, now, options) =>
        store.update(ref, change, change.touch ? -Infinity : now, options),
    }),
  },
  {
    defect: "expires by the deadline of the creation",
    rejectedBy: "invariant 4: a touched session lives up to its new idle deadline",
    make: ({ store }) => {
      const deadlines = new Map<string, number>();
      return {
        create(record, now, options) {
          deadlines.set(record.handle, record.idleExpiresAt);
          return store.create(record, now, options);
        },
        async read(ref, now) {
          return now < (deadlines.get(ref.handle) ?? 0) ? store.read(ref, now) : null;
        },
      };
    },
  },
  {
    defect: "moves the absolute deadline with a touch",
    rejectedBy: "invariant 4: no touch moves the absolute deadline",
    make: ({ store }) => ({
      update(ref, change, now, options) {
        const expiresAt = change.touch?.idleExpiresAt;
        const envelope = { ...change.envelope, ...(expiresAt !== undefined && { expiresAt }) };
        return store.update(ref, { ...change, envelope }, now, options);
      },
    }),
  },
  {
    defect: "touches backwards",
    rejectedBy: "invariant 4: a touch keeps the later of each time",
    make: ({ oracle, store }) => ({
      update(ref, { touch, ...change }, now, options) {
        if (touch === undefined) return store.update(ref, change, now, options);
        const record = oracle.read(ref, now);
        if (record !== null) oracle.put({ ...record, ...touch });
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "keeps both times where one of a touch is earlier",
    rejectedBy: "invariant 4: a touch keeps the later of each time",
    make: ({ oracle, store }) => ({
      update(ref, { touch, ...change }, now, options) {
        const seen = oracle.find(ref, now)?.lastSeenAt ?? 0;
        const later = touch !== undefined && touch.lastSeenAt >= seen;
        return store.update(ref, later ? { ...change, touch } : change, now, options);
      },
    }),
  },
  {
    defect: "moves deadlines forward only",
    rejectedBy: "invariant 4: the envelope moves a deadline either way",
    make: ({ oracle, store }) => ({
      update(ref, change, now, options) {
        const record = oracle.find(ref, now);
        const { idleExpiresAt, expiresAt, ...envelope } = change.envelope ?? {};
        const later = {
          ...envelope,
          ...((idleExpiresAt ?? 0) > (record?.idleExpiresAt ?? 0) && { idleExpiresAt }),
          ...((expiresAt ?? 0) > (record?.expiresAt ?? 0) && { expiresAt }),
        } as NonNullable<typeof change.envelope>;
        return store.update(ref, { ...change, envelope: later }, now, options);
      },
    }),
  },
];

export const brokenSweeps: readonly BrokenStore[] = [
  {
    defect: "gives the data of what it sweeps",
    rejectedBy: "sweep: what has expired goes, and comes out without data",
    make: ({ oracle, store }) => ({
      async sweep(now, limit) {
        const before = oracle.fork();
        const swept = await store.sweep(now, limit);
        return swept.flatMap((record) => before.read(record, -Infinity) ?? []);
      },
    }),
  },
  {
    defect: "sweeps nothing",
    rejectedBy: "sweep: what has expired goes, and comes out without data",
    make: () => ({ sweep: async () => [] }),
  },
  {
    defect: "sweeps all at once",
    rejectedBy: "sweep: no more than asked for at a time",
    make: ({ store }) => ({ sweep: (now) => store.sweep(now, Infinity) }),
  },
  {
    defect: "collects, then deletes",
    rejectedBy: "sweep: of 20 that sweep at once each gets records of its own",
    make: ({ oracle, step }) => ({
      async sweep(now, limit) {
        const swept = oracle.fork().sweep(now, limit);
        await step();
        for (const record of swept) oracle.delete(record);
        return swept;
      },
    }),
  },
  {
    defect: "sweeps by the deadline of the creation",
    rejectedBy: "sweep: what was touched in time",
    make: ({ oracle, store }) => {
      let created: { partition: string; handle: string; idleExpiresAt: number }[] = [];
      return {
        create(record, now, options) {
          created.push(record);
          return store.create(record, now, options);
        },
        async sweep(now, limit) {
          const due = created.filter(({ idleExpiresAt }) => idleExpiresAt <= now).slice(0, limit);
          created = created.filter((record) => !due.includes(record));
          return due.flatMap((ref) => {
            const record = oracle.read(ref, -Infinity);
            oracle.delete(ref);
            return record === null ? [] : { ...record, data: {} };
          });
        },
      };
    },
  },
];
