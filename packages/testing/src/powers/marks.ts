import type { Marks } from "@sojourn/core";
import { check, same } from "../store/assert.ts";
import { NOW, together } from "../store/records.ts";
import type { PowerCase, PowerFactory, PowerTestOptions } from "./contract.ts";
import { failureCases } from "./failures.ts";
import { checkNamesRefused, NAMES, newName } from "./names.ts";
import { testPower } from "./run.ts";

export const marksCases: readonly PowerCase<Marks>[] = [
  {
    title: "marks: null until a mark is set, and then there for every process",
    async run({ power, peer }) {
      const name = newName();
      same(await power.get(name), null, "a mark that was never set");
      same(await power.set(name, NOW), NOW, "what set gives");
      same(await power.get(name), NOW, "the mark");
      same(await peer.get(name), NOW, "the mark, in another process");
      same(await peer.set(name, NOW + 1), NOW + 1, "what set gives in another process");
      same(await power.get(name), NOW + 1, "the mark that another process has set");
    },
  },
  {
    title: "marks: a mark of 0 is set",
    async run({ power }) {
      const name = newName();
      same(await power.set(name, 0), 0, "what set gives");
      same(await power.get(name), 0, "the mark");
    },
  },
  {
    title: "invariant 2: a mark never moves back, and set gives the one in force",
    async run({ power, peer }) {
      const name = newName();
      await power.set(name, NOW);
      same(await power.set(name, NOW - 1), NOW, "what an earlier set gives");
      same(await peer.set(name, 0), NOW, "what an earlier set gives in another process");
      same(await power.set(name, NOW), NOW, "what the same set gives");
      same(await power.get(name), NOW, "the mark");
    },
  },
  {
    title: "invariant 2: of 100 marks set at once the latest is in force, and nobody is told less",
    async run({ power, peer }) {
      const name = newName();
      const given = await together(100, (i) =>
        (i % 2 === 0 ? power : peer).set(name, NOW + ((i * 37) % 100)),
      );
      same(await power.get(name), NOW + 99, "the mark");
      check(
        given.every((mark, i) => mark >= NOW + ((i * 37) % 100)),
        "who sets a mark is told of one that is as late",
      );
    },
  },
  {
    title: "marks: names that are nearly one are two",
    async run({ power }) {
      for (const [i, name] of NAMES.entries()) await power.set(name, NOW + i);
      const marks = [];
      for (const name of NAMES) marks.push(await power.get(name));
      same(
        marks,
        [...NAMES.keys()].map((i) => NOW + i),
        "the marks",
      );
    },
  },
  {
    title: "marks: a name that is too long or ill-formed is refused",
    async run({ power }) {
      await checkNamesRefused({
        get: (name) => power.get(name),
        set: (name) => power.set(name, NOW),
      });
    },
  },
  ...failureCases<Marks>((marks) => ({
    set: () => marks.set(newName(), NOW),
    get: () => marks.get(newName()),
  })),
];

/** Registers with vitest what `Marks` must do. */
export function testMarks(
  name: string,
  factory: PowerFactory<Marks>,
  options: PowerTestOptions = {},
): void {
  testPower(`marks: ${name}`, marksCases, factory, options);
}
