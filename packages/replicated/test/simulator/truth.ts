import type { SessionRecord } from "@sojourn/core";

interface Known {
  readonly partition: string;
  readonly handle: string;
  /** When its creation was acknowledged; null: it was not, as far as anyone knows. */
  createdAt: number | null;
  /** Somebody has tried to end it, or it had to make room. */
  isDoubtful: boolean;
  /** When its end was acknowledged. */
  endedAt: number | null;
  /** Keys whose writing was acknowledged. */
  readonly keys: Set<string>;
}

/** What was acknowledged to somebody, and what must therefore be so. */
export class Truth {
  readonly #sessions = new Map<string, Known>();
  readonly #revoked: { partition: string; notBefore: number; at: number }[] = [];
  readonly #endangered = new Map<string, number>();
  readonly violations: string[] = [];

  begun(partition: string, handle: string, now: number): Known {
    const known = {
      partition,
      handle,
      createdAt: null,
      isDoubtful: now < (this.#endangered.get(partition) ?? 0),
      endedAt: null,
      keys: new Set<string>(),
    };
    this.#sessions.set(handle, known);
    return known;
  }

  /** Until then any of the partition's sessions may be ended by what somebody has asked for. */
  endangered(partition: string, until: number): void {
    this.#endangered.set(partition, until);
    for (const known of this.all) if (known.partition === partition) known.isDoubtful = true;
  }

  of(handle: string): Known | undefined {
    return this.#sessions.get(handle);
  }

  get all(): readonly Known[] {
    return [...this.#sessions.values()];
  }

  revokedAll(partition: string, notBefore: number, at: number): void {
    this.#revoked.push({ partition, notBefore, at });
  }

  /** A login whose authentication began at `authenticatedAt` was let in; it was asked for at `askedAt`. */
  letIn({ partition, handle }: Known, authenticatedAt: number, askedAt: number): void {
    const refused = this.#revoked.find(
      (all) => all.partition === partition && authenticatedAt <= all.notBefore && all.at <= askedAt,
    );
    if (refused === undefined) return;
    this.violations.push(
      `${handle} was let in at ${askedAt} with an authentication of ${authenticatedAt}, ` +
        `though all of ${partition} had been revoked at ${refused.notBefore}`,
    );
  }

  /** A session was shown to somebody who asked at `askedAt`. */
  shown({ handle }: SessionRecord, askedAt: number, where: string): void {
    const endedAt = this.of(handle)?.endedAt ?? null;
    if (endedAt === null || endedAt > askedAt) return;
    this.violations.push(`${handle}, ended at ${endedAt}, was shown at ${askedAt} by ${where}`);
  }
}
