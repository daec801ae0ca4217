import type { Pace } from "../rounds.ts";

export interface Scale extends Pace {
  /** How many users are signed in at each server. */
  readonly sessions: number;
}

/** Some 13 minutes in all. An engine has its best code of a server after some 15,000 requests. */
export const FULL: Scale = {
  rounds: 15,
  warmUp: 3,
  calls: { 1: 0, 64: 1_500 },
  patience: 5.5 * 60_000,
  sessions: 1_000,
};

/** Shows that everything runs and answers rightly. */
export const QUICK: Scale = { rounds: 1, warmUp: 0, calls: { 1: 0, 64: 128 }, sessions: 64 };
