import { describe, test } from "vitest";
import type { PowerCase, PowerFactory, PowerTestOptions, PowerUnderTest } from "./contract.ts";

/** Rejects where the contract is broken; `skipped` where the factory does not offer what is needed. */
export async function runPowerCase<Power>(
  { needs, run }: PowerCase<Power>,
  factory: PowerFactory<Power>,
  { seed = 1, patience = 5_000 }: PowerTestOptions = {},
): Promise<"passed" | "skipped"> {
  const opened: PowerUnderTest<Power>[] = [];
  async function open(): Promise<PowerUnderTest<Power>> {
    const under = await factory();
    opened.push(under);
    return under;
  }
  try {
    const under = await open();
    if (needs !== undefined && !(needs in under)) return "skipped";
    const { power, peer = power } = under;
    const another = async () => (await open()).power;
    await run({ power, peer, under, another, seed, patience });
    return "passed";
  } finally {
    for (const under of opened) await under.close?.();
  }
}

/** Registers cases with vitest, a test a sentence. */
export function testPower<Power>(
  name: string,
  cases: readonly PowerCase<Power>[],
  factory: PowerFactory<Power>,
  options: PowerTestOptions,
): void {
  describe(name, () => {
    for (const powerCase of cases) {
      test(powerCase.title, async ({ skip }) => {
        const ran = await runPowerCase(powerCase, factory, options);
        if (ran === "skipped") skip(`the factory does not offer: ${powerCase.needs}`);
      });
    }
  });
}
