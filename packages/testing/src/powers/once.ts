import { byteLength, NAME_BYTES, type Once } from "@sojourn/core";
import { same } from "../store/assert.ts";
import { HOUR, MINUTE, NOW, together } from "../store/records.ts";
import type { PowerCase, PowerFactory, PowerTestOptions } from "./contract.ts";
import { failureCases } from "./failures.ts";
import { checkNamesRefused, NAMES, newName } from "./names.ts";
import { testPower } from "./run.ts";

const count = (answers: readonly boolean[]) => answers.filter(Boolean).length;

export const onceCases: readonly PowerCase<Once>[] = [
  {
    title: "once: the first redeems, and nobody after it, in no process",
    async run({ power, peer }) {
      const key = newName();
      same(await power.redeem(key, NOW + HOUR, NOW), true, "the first");
      same(await power.redeem(key, NOW + HOUR, NOW), false, "the second");
      same(await peer.redeem(key, NOW + HOUR, NOW + 1), false, "another process");
      same(await peer.redeem(newName(), NOW + HOUR, NOW), true, "another key");
    },
  },
  {
    title: "once: of 100 that redeem at once exactly one does",
    async run({ power, peer }) {
      for (let round = 0; round < 5; round++) {
        const key = newName();
        const answers = await together(100, (i) =>
          (i % 2 === 0 ? power : peer).redeem(key, NOW + HOUR, NOW),
        );
        same(count(answers), 1, "how many redeemed");
      }
    },
  },
  {
    title: "once: of 100 that redeem at once what has become free again exactly one does",
    async run({ power, peer }) {
      const key = newName();
      await power.redeem(key, NOW + MINUTE, NOW);
      const answers = await together(100, (i) =>
        (i % 2 === 0 ? power : peer).redeem(key, NOW + HOUR, NOW + MINUTE),
      );
      same(count(answers), 1, "how many redeemed");
    },
  },
  {
    title: "once: 100 keys redeemed at once are 100",
    async run({ power }) {
      const answers = await together(100, (i) => power.redeem(newName(`${i}`), NOW + HOUR, NOW));
      same(count(answers), 100, "how many redeemed");
    },
  },
  {
    title: "once: a key is spent up to the ms of its deadline, and free from there on",
    async run({ power }) {
      const key = newName();
      await power.redeem(key, NOW + HOUR, NOW);
      same(await power.redeem(key, NOW + 2 * HOUR, NOW + HOUR - 1), false, "one ms before");
      same(await power.redeem(key, NOW + 2 * HOUR, NOW + HOUR), true, "at the deadline");
      same(await power.redeem(key, NOW + 3 * HOUR, NOW + HOUR), false, "the second after it");
    },
  },
  {
    title: "once: who comes too late moves the deadline neither way",
    async run({ power }) {
      const [key, other] = [newName(), newName()];
      await power.redeem(key, NOW + HOUR, NOW);
      await power.redeem(key, NOW + MINUTE, NOW);
      same(await power.redeem(key, NOW + HOUR, NOW + MINUTE), false, "after a shorter one");
      await power.redeem(other, NOW + MINUTE, NOW);
      await power.redeem(other, NOW + HOUR, NOW);
      same(await power.redeem(other, NOW + HOUR, NOW + MINUTE), true, "after a longer one");
    },
  },
  {
    title: "once: what is past its deadline is not redeemed, and nothing is left of the attempt",
    async run({ power }) {
      const key = newName();
      same(await power.redeem(key, NOW, NOW), false, "at its deadline");
      same(await power.redeem(key, NOW - 1, NOW), false, "after it");
      same(await power.redeem(key, NOW + HOUR, NOW), true, "the first in time");
      same(await power.redeem(key, NOW - 1, NOW), false, "too late and after another");
      same(await power.redeem(key, NOW + HOUR, NOW), false, "the second in time");
    },
  },
  {
    title: "once: keys that are nearly one are two",
    async run({ power }) {
      // Keys of an earlier run may still be spent.
      const run = newName().slice(-6);
      const long = ["x".repeat(NAME_BYTES - 6), "x".repeat(NAME_BYTES - 7)];
      const short = NAMES.filter((name) => byteLength(name) < 100);
      for (const name of [...short, ...long]) {
        const key = run + name;
        same(await power.redeem(key, NOW + HOUR, NOW), true, `the first of ${key}`);
      }
    },
  },
  {
    title: "once: a key that is too long or ill-formed is refused",
    async run({ power }) {
      await checkNamesRefused({ redeem: (key) => power.redeem(key, NOW + HOUR, NOW) });
    },
  },
  ...failureCases<Once>((once) => ({
    redeem: () => once.redeem(newName(), NOW + HOUR, NOW),
  })),
];

/** Registers with vitest what `Once` must do. */
export function testOnce(
  name: string,
  factory: PowerFactory<Once>,
  options: PowerTestOptions = {},
): void {
  testPower(`once: ${name}`, onceCases, factory, options);
}
