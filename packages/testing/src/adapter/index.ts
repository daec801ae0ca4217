import { describe, test } from "vitest";
import { fixation } from "./fixation.ts";
import { loginFaults } from "./login-faults.ts";
import { refused } from "./refused.ts";
import { resurrection } from "./resurrection.ts";
import type { AdapterFactory } from "./server.ts";
import { createStage, type Defect, type Story } from "./stage.ts";

/** One story that every adapter must pass. */
export interface AdapterCase {
  readonly title: string;
  /** Rejects where the adapter, or what `defect` makes of the core, breaks the rule. */
  run(factory: AdapterFactory, defect?: Defect): Promise<void>;
}

const STORIES: readonly Story[] = [...fixation, ...loginFaults, ...resurrection, ...refused];

/** The stories as data. */
export const adapterCases: readonly AdapterCase[] = STORIES.map(({ title, run }) => ({
  title,
  async run(factory, defect) {
    const stage = createStage(factory, defect);
    try {
      await run(stage);
    } finally {
      await stage.close();
    }
  },
}));

/** Registers with vitest what every adapter must pass. */
export function testAdapter(name: string, factory: AdapterFactory): void {
  describe(`adapter: ${name}`, () => {
    for (const { title, run } of adapterCases) test(title, () => run(factory));
  });
}
