import { inspect } from "node:util";
import { type NewSessionRecord, type Store, StoreUnavailableError } from "@sojourn/core";
import { expect } from "vitest";

const NOW = 1_800_000_000_000;

const RECORD: NewSessionRecord = {
  partition: "partition-of-ada",
  handle: "a-handle-of-adas------",
  userId: "the-user-id-of-ada",
  credential: "the-credential-of-ada",
  createdAt: NOW,
  authenticatedAt: NOW,
  lastSeenAt: NOW,
  idleExpiresAt: NOW + 3_600_000,
  expiresAt: NOW + 3_600_000,
  policy: "default",
  persistent: false,
  facts: null,
  data: { key: '"the-data-of-ada"' },
};

/**
 * What every call to a store says that cannot work. All say the same, and nothing of `secrets`, of what
 * was in the call, or of a statement.
 */
export async function errorOf(store: Store, secrets: readonly string[] = []): Promise<Error> {
  const limit = { max: 5, onLimit: "refuse" } as const;
  const touch = { lastSeenAt: NOW, idleExpiresAt: NOW };
  const calls = [
    () => store.create(RECORD, NOW, { limit }),
    () => store.create({ ...RECORD, authenticatedAt: null }, NOW),
    () => store.read(RECORD, NOW),
    () => store.update(RECORD, { set: RECORD.data }, NOW),
    () => store.update(RECORD, { touch }, NOW),
    () => store.delete(RECORD),
    () => store.list(RECORD.partition, NOW),
    () => store.deleteAll(RECORD.partition, NOW),
    () => store.sweep(NOW, 10),
  ];
  const errors: Error[] = [];
  for (const call of calls) {
    const error = await call().then(
      () => new Error("It resolved."),
      (error: unknown) => error as Error,
    );
    expect(error, error.message).toBeInstanceOf(StoreUnavailableError);
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
    for (const secret of [...secrets, "-of-ada", "partition_key", "SELECT ", "INSERT "]) {
      expect(shown).not.toContain(secret);
    }
    errors.push(error);
  }
  expect([...new Set(errors.map(({ message }) => message))]).toHaveLength(1);
  return errors[0] as Error;
}
