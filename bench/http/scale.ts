import type { Pace } from "../rounds.ts";

export interface Scale extends Pace {
  /** How many users are signed in at each server. */
  readonly sessions: number;
}

export const FULL: Scale = { rounds: 9, warmUp: 3, calls: { 1: 0, 64: 2_500 }, sessions: 1_000 };

/** Shows that everything runs and answers rightly. */
export const QUICK: Scale = { rounds: 1, warmUp: 0, calls: { 1: 0, 64: 128 }, sessions: 64 };
