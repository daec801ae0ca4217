import { randomInt, timingSafeEqual } from "node:crypto";
import * as v from "valibot";

/** How long a code is good, ms, and how many guesses at it there are. */
const LASTS = 5 * 60_000;
const GUESSES = 3;

/**
 * Whose password was right in this browser, and what has still to come. It is data of an anonymous
 * session: until the second step is done, nobody is signed in.
 */
export const Pending = v.object({
  userId: v.string(),
  code: v.string(),
  /** When the first step was done: a password that is changed after that refuses the login. */
  began: v.number(),
  until: v.number(),
  guesses: v.number(),
});

export type Pending = v.InferOutput<typeof Pending>;

/** What an anonymous session holds between the two steps. */
interface Data {
  pending?: Pending | undefined;
}

/** The first step is done; whatever was pending in this browser is not any more. */
export function begin(data: Data, userId: string, now: number): string {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  data.pending = { userId, code, began: now, until: now + LASTS, guesses: GUESSES };
  return code;
}

/**
 * Who the code proves, once; null: nobody. To be called in an atomic `update`: then no two requests
 * use one code, and a hundred at once have no more guesses than one after the other.
 */
export function prove(data: Data, code: string, now: number): Pending | null {
  const { pending } = data;
  if (pending === undefined) return null;
  delete data.pending;
  if (now >= pending.until) return null;
  if (same(pending.code, code)) return pending;
  if (pending.guesses > 1) data.pending = { ...pending, guesses: pending.guesses - 1 };
  return null;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
