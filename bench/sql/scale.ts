import type { Pace } from "../rounds.ts";

export interface Scale extends Pace {
  /** Calls of an operation in a round where the database is a file in the process, and fast. */
  readonly callsInProcess: number;
  /** How many sessions there are where one sweeps, and how often a hundredth of them has expired. */
  readonly swept: number;
  readonly sweeps: number;
  /** How many are stored where bytes are counted. */
  readonly stored: number;
}

export const FULL: Scale = {
  rounds: 15,
  warmUp: 2,
  calls: { 1: 500, 64: 1_000 },
  callsInProcess: 2_000,
  swept: 1_000_000,
  sweeps: 5,
  stored: 20_000,
};

/** Shows that everything runs and answers rightly. */
export const QUICK: Scale = {
  rounds: 1,
  warmUp: 1,
  calls: { 1: 20, 64: 100 },
  callsInProcess: 100,
  swept: 10_000,
  sweeps: 1,
  stored: 500,
};
