import type { References, SessionRef } from "@sojourn/core";
import { check, same, show } from "../store/assert.ts";
import { handle, HOUR, MINUTE, newPartition, NOW, together } from "../store/records.ts";
import type { PowerCase, PowerFactory, PowerTestOptions } from "./contract.ts";
import { failureCases } from "./failures.ts";
import { checkNamesRefused, NAMES, newName } from "./names.ts";
import { testPower } from "./run.ts";

const DEADLINE = NOW + HOUR;

function newRef(name = "session"): SessionRef {
  return { partition: newPartition(), handle: handle(name) };
}

/** Refs have no order. */
function sorted(refs: readonly SessionRef[]): readonly string[] {
  return refs.map(show).toSorted();
}

function sameRefs(actual: readonly SessionRef[], expected: readonly SessionRef[], what: string) {
  same(sorted(actual), sorted(expected), what);
}

export const referencesCases: readonly PowerCase<References>[] = [
  {
    title: "references: what was added is found by its name, in every process, and by no other",
    async run({ power, peer }) {
      const [name, ref] = [newName(), newRef()];
      same(await power.find(name, NOW), [], "what is there before");
      await power.add(name, ref, DEADLINE, NOW);
      same(await power.find(name, NOW), [ref], "what is found");
      same(await peer.find(name, NOW), [ref], "what another process finds");
      same(await power.find(newName(), NOW), [], "what another name finds");
    },
  },
  {
    title: "references: several sessions of one name are all found, and each once",
    async run({ power, peer }) {
      const name = newName();
      const { partition } = newRef();
      const refs = [
        { partition, handle: handle("a") },
        { partition, handle: handle("b") },
        { partition: newPartition(), handle: handle("a") },
      ];
      for (const ref of [...refs, ...refs]) await power.add(name, ref, DEADLINE, NOW);
      sameRefs(await peer.find(name, NOW), refs, "what is found");
    },
  },
  {
    title: "references: a session of several names is found by each",
    async run({ power }) {
      const [first, second, ref] = [newName(), newName(), newRef()];
      await power.add(first, ref, DEADLINE, NOW);
      await power.add(second, ref, DEADLINE, NOW);
      same(await power.find(first, NOW), [ref], "what the first finds");
      await power.remove(first, [ref]);
      same(await power.find(first, NOW), [], "what the removed name finds");
      same(await power.find(second, NOW), [ref], "what the other one finds");
    },
  },
  {
    title: "invariant 2: of 100 added at once none is lost, nor what was there before",
    async run({ power, peer }) {
      const [name, before] = [newName(), newRef("before")];
      await power.add(name, before, DEADLINE, NOW);
      const refs = await together(100, async (i) => {
        const ref = newRef(`${i}`);
        await (i % 2 === 0 ? power : peer).add(name, ref, DEADLINE, NOW);
        return ref;
      });
      sameRefs(await power.find(name, NOW), [before, ...refs], "what is found");
    },
  },
  {
    title: "invariant 2: what is added while others are removed is not lost",
    async run({ power, peer }) {
      const name = newName();
      const old = await together(50, async (i) => newRef(`old ${i}`));
      for (const ref of old) await power.add(name, ref, DEADLINE, NOW);
      const added = await together(50, async (i) => {
        const ref = newRef(`new ${i}`);
        const removed = peer.remove(name, [old[i] as SessionRef]);
        await Promise.all([power.add(name, ref, DEADLINE, NOW), removed]);
        return ref;
      });
      sameRefs(await power.find(name, NOW), added, "what is found");
    },
  },
  {
    title: "references: an entry is found up to the ms of its deadline, and not from there on",
    async run({ power }) {
      const [name, short, long] = [newName(), newRef("short"), newRef("long")];
      await power.add(name, long, DEADLINE, NOW);
      await power.add(name, short, NOW + MINUTE, NOW);
      sameRefs(await power.find(name, NOW + MINUTE - 1), [short, long], "one ms before");
      same(await power.find(name, NOW + MINUTE), [long], "at the deadline of one");
      same(await power.find(name, DEADLINE), [], "at the deadline of the other");
    },
  },
  {
    title: "references: of an entry that is added again the later deadline stays",
    async run({ power }) {
      const [name, first, second] = [newName(), newRef("first"), newRef("second")];
      await power.add(name, first, NOW + MINUTE, NOW);
      await power.add(name, first, DEADLINE, NOW);
      await power.add(name, second, DEADLINE, NOW);
      await power.add(name, second, NOW + MINUTE, NOW);
      sameRefs(await power.find(name, DEADLINE - 1), [first, second], "what is found");
    },
  },
  {
    title: "references: an entry that is added after its deadline is never found",
    async run({ power }) {
      const name = newName();
      await power.add(name, newRef(), NOW, NOW);
      same(await power.find(name, NOW), [], "what is found");
    },
  },
  {
    title: "references: remove takes the entries it names, absent ones too, and no others",
    async run({ power, peer }) {
      const [name, kept] = [newName(), newRef("kept")];
      const refs = await together(3, async (i) => newRef(`${i}`));
      for (const ref of [kept, ...refs]) await power.add(name, ref, DEADLINE, NOW);
      await power.remove(name, [newRef("absent"), ...refs]);
      same(await peer.find(name, NOW), [kept], "what is left");
      const sameHandle = { ...kept, partition: newPartition() };
      await power.remove(name, [sameHandle]);
      await power.remove(name, []);
      await power.remove(newName(), [kept]);
      same(await power.find(name, NOW), [kept], "what is left when nothing of it was named");
    },
  },
  {
    title:
      "references: find gives at most `limit`, 1,000 unless told, and the rest once those are gone",
    async run({ power }) {
      const name = newName();
      const refs = await together(1_010, async (i) => {
        const ref = newRef(`${i}`);
        await power.add(name, ref, DEADLINE, NOW);
        return ref;
      });
      same((await power.find(name, NOW, 7)).length, 7, "how many with a limit of 7");
      const found = await power.find(name, NOW);
      same(found.length, 1_000, "how many without a limit");
      await power.remove(name, found);
      const rest = await power.find(name, NOW);
      sameRefs([...found, ...rest], refs, "what was found in all");
      check(rest.length === 10, "what was removed is not found again");
    },
  },
  {
    title: "references: expired entries take no place among those that find gives",
    async run({ power }) {
      const [name, live] = [newName(), newRef("live")];
      for (let i = 0; i < 10; i++) await power.add(name, newRef(`${i}`), NOW + MINUTE, NOW);
      await power.add(name, live, DEADLINE, NOW);
      same(await power.find(name, NOW + MINUTE, 1), [live], "what is found");
    },
  },
  {
    title: "references: names that are nearly one are two",
    async run({ power }) {
      const refs = NAMES.map((_name, i) => newRef(`${i}`));
      const ours = new Set(refs.map((ref) => ref.partition));
      for (const [i, name] of NAMES.entries()) {
        await power.add(name, refs[i] as SessionRef, DEADLINE, NOW);
      }
      for (const [i, name] of NAMES.entries()) {
        // An earlier run that broke off may have left some.
        const found = (await power.find(name, NOW)).filter((ref) => ours.has(ref.partition));
        same(found, [refs[i]], `what is found by ${show(name)}`);
        await power.remove(name, found);
      }
    },
  },
  {
    title: "references: a name that is too long or ill-formed is refused",
    async run({ power }) {
      await checkNamesRefused({
        add: (name) => power.add(name, newRef(), DEADLINE, NOW),
        find: (name) => power.find(name, NOW),
        remove: (name) => power.remove(name, [newRef()]),
      });
    },
  },
  ...failureCases<References>((references) => ({
    add: () => references.add(newName(), newRef(), DEADLINE, NOW),
    find: () => references.find(newName(), NOW),
    remove: () => references.remove(newName(), [newRef()]),
  })),
];

/** Registers with vitest what `References` must do. */
export function testReferences(
  name: string,
  factory: PowerFactory<References>,
  options: PowerTestOptions = {},
): void {
  testPower(`references: ${name}`, referencesCases, factory, options);
}
