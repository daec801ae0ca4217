import { ACTIVE } from "./columns.ts";
import type { Rings } from "./rings.ts";

/**
 * About how many sessions were active, without a list of them: HyperLogLog (Flajolet et al. 2007), a
 * sketch a minute. A handle is 128 random bits, and so its own hash.
 */
export interface Active {
  /** Of counts held: the same at all times. */
  readonly entries: number;
  see(handle: string, user: boolean, now: number): void;
  /** About how many in the minute of `now` and those before it. */
  estimate(user: boolean, minutes: number, now: number): number;
  /** The sketch of the minute that is to be told next, as text; null: nothing is new since it was asked for. */
  tell(user: boolean, now: number): string | null;
  /** Takes in another process's. */
  hear(user: boolean, sketch: string, now: number): void;
}

/** 2^10 registers: off by 3 % (1.04 / sqrt(1024)). Of few, exact. */
const REGISTERS = 1_024;
const MINUTES = 60;
const MINUTE = 60_000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SIX_BITS = new Uint8Array(128);
for (let i = 0; i < LETTERS.length; i++) SIX_BITS[LETTERS.charCodeAt(i)] = i;

/** How a page says "in use now". */
export const NOW_MINUTES = 5;

export function createActive(rings: Rings): Active {
  const kinds = { user: createSketches(), anonymous: createSketches() };
  const of = (user: boolean) => (user ? kinds.user : kinds.anonymous);
  let noted = 0;

  /** Once a second at most: the plot's point. */
  function note(now: number): void {
    const second = Math.floor(now / 1_000);
    if (second === noted) return;
    noted = second;
    rings.raise(ACTIVE.user.index, now, kinds.user.estimate(NOW_MINUTES, now));
    rings.raise(ACTIVE.anonymous.index, now, kinds.anonymous.estimate(NOW_MINUTES, now));
  }

  return {
    entries: 2 * REGISTERS * MINUTES,
    see(handle, user, now) {
      of(user).see(handle, now);
      note(now);
    },
    estimate: (user, minutes, now) => of(user).estimate(minutes, now),
    tell: (user, now) => of(user).tell(now),
    hear(user, sketch, now) {
      of(user).hear(sketch, now);
      note(now);
    },
  };
}

function createSketches() {
  const registers = new Uint8Array(MINUTES * REGISTERS);
  const times = new Float64Array(MINUTES).fill(-1);
  /** The first minute in which something is new that has not been told; null: all has been. */
  let untold: number | null = null;

  function rowFor(now: number): number {
    const time = Math.floor(now / MINUTE);
    const row = time % MINUTES;
    if (times[row] !== time) {
      times[row] = time;
      registers.fill(0, row * REGISTERS, (row + 1) * REGISTERS);
    }
    return row * REGISTERS;
  }

  return {
    see(handle: string, now: number): void {
      const bits = (at: number) => SIX_BITS[handle.charCodeAt(at) & 127] as number;
      const register = ((bits(0) << 6) | bits(1)) & (REGISTERS - 1);
      const rest = (bits(2) << 24) | (bits(3) << 18) | (bits(4) << 12) | (bits(5) << 6) | bits(6);
      const rank = Math.clz32(rest) - 1;
      const at = rowFor(now) + register;
      if ((registers[at] as number) >= rank) return;
      registers[at] = rank;
      untold ??= Math.floor(now / MINUTE);
    },

    estimate(minutes: number, now: number): number {
      const union = new Uint8Array(REGISTERS);
      const last = Math.floor(now / MINUTE);
      for (let time = last; time > last - Math.min(minutes, MINUTES); time--) {
        const row = time % MINUTES;
        if (times[row] !== time) continue;
        for (let i = 0; i < REGISTERS; i++) {
          const rank = registers[row * REGISTERS + i] as number;
          if (rank > (union[i] as number)) union[i] = rank;
        }
      }
      let inverse = 0;
      let empty = 0;
      for (const rank of union) {
        inverse += 2 ** -rank;
        if (rank === 0) empty++;
      }
      const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / inverse;
      // Where many registers are empty, how many says more.
      const few = raw <= 2.5 * REGISTERS && empty > 0;
      return Math.round(few ? REGISTERS * Math.log(REGISTERS / empty) : raw);
    },

    tell(now: number): string | null {
      if (untold === null) return null;
      const time = untold;
      // What came at the end of a minute is told after it, and then the minute that has begun.
      untold = time < Math.floor(now / MINUTE) ? Math.floor(now / MINUTE) : null;
      if (times[time % MINUTES] !== time) return null;
      const row = (time % MINUTES) * REGISTERS;
      let text = "";
      for (let i = 0; i < REGISTERS; i++) text += LETTERS[registers[row + i] as number];
      return text;
    },

    hear(sketch: string, now: number): void {
      if (sketch.length !== REGISTERS) return;
      const row = rowFor(now);
      for (let i = 0; i < REGISTERS; i++) {
        const rank = Math.min(32, SIX_BITS[sketch.charCodeAt(i) & 127] as number);
        if (rank > (registers[row + i] as number)) registers[row + i] = rank;
      }
    },
  };
}
