import { RandomnessError } from "../errors.ts";

/** Fills the array with random bytes. Injected for tests only. */
export type Random = (bytes: Uint8Array) => void;

/** The only source there is. It is looked up at each call, never kept. */
export const webRandom: Random = (bytes) => {
  crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
};

/**
 * Random bytes, or an error: never a fallback (CVE-2025-66630 is one). A source that gives the same
 * byte throughout, or begins twice in a row with the same bytes, is broken; by chance neither happens.
 */
export function createRandomBytes(random: Random): (length: number) => Uint8Array {
  let last = new Uint8Array(0);
  return function randomBytes(length) {
    const bytes = new Uint8Array(length);
    try {
      random(bytes);
    } catch (cause) {
      throw new RandomnessError("The runtime's random source failed: no session was made.", {
        cause,
      });
    }
    const stuck = bytes.every((byte) => byte === bytes[0]);
    // Handles and secrets, of different lengths, take turns.
    const shorter = Math.min(length, last.length);
    const repeated = shorter > 0 && bytes.subarray(0, shorter).every((byte, i) => byte === last[i]);
    if (stuck || repeated) {
      throw new RandomnessError("The runtime's random source repeats itself: no session was made.");
    }
    last = bytes;
    return bytes;
  };
}
