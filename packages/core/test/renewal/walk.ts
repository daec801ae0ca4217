import * as credential from "../../src/internal/credential.ts";
import type { Network } from "./browser.ts";

/**
 * A random schedule of what `browserModel` explores, with none of its shortcuts: every request is
 * followed to its end, and what is stored is the text, written where the text that was read still
 * stands. Gives how a request was refused, or null.
 */
export function walk(network: Network, seed: number, events: number): string | null {
  const { grace, renewal, lateRequest, lateResponse, slowHandler } = network;
  const random = generator(seed);
  const queue: { at: number; tie: number; run(): void }[] = [];
  let now = 0;
  let minted = 0;
  let inFlight = 0;
  let refused: string | null = null;
  let jar = nextHash();
  let stored = credential.encodeCredential(credential.freshCredential(jar, now));

  function nextHash(): string {
    return String(minted++).padStart(43, "0");
  }
  function later(wait: number, run: () => void): void {
    queue.push({ at: now + wait, tie: random(), run });
  }
  /** Up to `longest`, and often just that or nothing: bugs live on the edges. */
  function upTo(longest: number): number {
    return Math.round(longest * Math.min(1, Math.max(0, random() * 2 - 0.5)));
  }
  function read(text: string): credential.Credential {
    return credential.decodeCredential(text) as credential.Credential;
  }

  function send(): void {
    later(upTo(random() < 0.5 ? 2 : 2 * renewal), send);
    if (inFlight === network.inFlight) return;
    inFlight++;
    const secret = jar;
    later(upTo(lateRequest), () => arrive(secret));
  }

  function arrive(secret: string): void {
    const arrived = now;
    const handling = upTo(slowHandler);
    const reading = upTo(handling);
    later(reading, () => {
      let known = stored;
      const verdict = credential.standing(read(known), secret, arrived, grace);
      if (verdict === "reused" || verdict === "unknown") refused = verdict;
      const confirmed = credential.confirm(read(known), secret, arrived, grace);
      if (credential.encodeCredential(confirmed) !== known && random() < 0.8) {
        later(upTo(handling - reading), () => {
          if (stored === known) stored = known = credential.encodeCredential(confirmed);
        });
      }
      later(handling - reading, () => {
        inFlight--;
        const before = read(known);
        if (before.current.hash !== secret) return;
        if (!credential.renewalDue(before, arrived, renewal, grace)) return;
        const hash = nextHash();
        if (stored !== known) return;
        stored = credential.encodeCredential(credential.renewed(before, hash, now, grace));
        if (random() < 0.8) later(upTo(lateResponse), () => (jar = hash));
      });
    });
  }

  send();
  for (let i = 0; i < events && refused === null; i++) {
    const next = queue.reduce((a, b) => (a.at < b.at || (a.at === b.at && a.tie < b.tie) ? a : b));
    queue.splice(queue.indexOf(next), 1);
    now = next.at;
    next.run();
  }
  return refused;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
