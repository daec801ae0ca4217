/** What is measured, and what is done around it. All reject where an answer is not the right one. */
export interface Operation {
  readonly name: string;
  /** The operation that it is held against; null for those. */
  readonly against: string | null;
  prepare?(calls: number): void;
  run(call: number): Promise<void>;
  finish?(): Promise<unknown>;
}

/** Of the calls that are not measured. */
export const IN_FLIGHT = 64;

/** Over so many sessions, each of another user, the calls are spread. */
export const SESSIONS = 1_000;

export function check(isRight: boolean): asserts isRight {
  if (!isRight) throw new Error("A wrong answer: what was read or said is not what it should be.");
}
