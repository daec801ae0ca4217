import { describe, test } from "vitest";
import { atomic } from "./atomic.ts";
import { binding } from "./binding.ts";
import { caches } from "./caches.ts";
import { carry } from "./carry.ts";
import { cookies } from "./cookies.ts";
import { costs } from "./costs.ts";
import { damage } from "./damage.ts";
import { data } from "./data.ts";
import { clearing, door } from "./door.ts";
import { dump } from "./dump.ts";
import { endings } from "./endings.ts";
import { failure } from "./failure.ts";
import { fixation } from "./fixation.ts";
import { headersSent } from "./headers-sent.ts";
import { lateLogins } from "./late-logins.ts";
import { limits } from "./limits.ts";
import { loginFaults } from "./login-faults.ts";
import { lostUpdates } from "./lost-updates.ts";
import { races } from "./races.ts";
import { refused } from "./refused.ts";
import { renewal } from "./renewal.ts";
import { resurrection } from "./resurrection.ts";
import { rotation } from "./rotation.ts";
import { schema } from "./schema.ts";
import type { AdapterFactory } from "./server.ts";
import { sizes } from "./sizes.ts";
import { streams } from "./streams.ts";
import { createStage, type Defect, type Story } from "./stage.ts";
import { timeouts } from "./timeouts.ts";

/** One story that every adapter must pass. */
export interface AdapterCase {
  readonly title: string;
  /** Rejects where the adapter, or what `defect` makes of the core, breaks the rule. */
  run(factory: AdapterFactory, defect?: Defect): Promise<void>;
}

const STORIES: readonly Story[] = [
  ...fixation,
  ...carry,
  ...loginFaults,
  ...cookies,
  ...rotation,
  ...resurrection,
  ...refused,
  ...endings,
  ...lateLogins,
  ...races,
  ...lostUpdates,
  ...atomic,
  ...timeouts,
  ...renewal,
  ...limits,
  ...dump,
  ...failure,
  ...damage,
  ...costs,
  ...caches,
  ...headersSent,
  ...data,
  ...schema,
  ...sizes,
  ...door,
  ...clearing,
  ...streams,
  ...binding,
];

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
