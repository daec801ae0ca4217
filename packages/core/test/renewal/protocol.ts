import * as credential from "../../src/internal/credential.ts";
import type { Credential } from "../../src/internal/credential.ts";

/** What is explored: the functions under test, and the times that the engine calls them with. */
export interface Protocol extends Pick<
  typeof credential,
  "freshCredential" | "standing" | "confirm" | "renewalDue" | "renewed"
> {
  /** By which time the standing of a request is judged whose handler reads the session now. */
  judgedAt(arrived: number, now: number): number;
  /** By which time a renewal is due for a request whose handler is done now. */
  dueAt(arrived: number, now: number): number;
}

export const protocol: Protocol = {
  ...credential,
  judgedAt: (arrived) => arrived,
  dueAt: (arrived) => arrived,
};

/** In ticks. */
export interface Timing {
  readonly grace: number;
  readonly renewal: number;
}

/** Every state is told as of this moment: a tick moves all that has happened back by one. */
export const NOW = 1000;

export function ticked<T extends { readonly at: number }>(event: T): T {
  return { ...event, at: event.at - 1 };
}

export function tickedCredential({ current, unseen, superseded }: Credential): Credential {
  return {
    current: ticked(current),
    unseen: unseen && ticked(unseen),
    superseded: superseded.map(ticked),
  };
}

/** Secrets are named A, B, C in the order in which they were minted. */
export function nameOf(order: number): string {
  return String.fromCharCode(65 + order);
}

export function hashesIn({ current, unseen, superseded }: Credential): Set<string> {
  return new Set([current, ...(unseen ? [unseen] : []), ...superseded].map(({ hash }) => hash));
}

/**
 * What makes two states one: not the names of the secrets, only who of those that someone can still
 * present was minted first. Those that nobody can present are one and the same.
 */
export function namer(held: Iterable<string>): (hash: string) => string {
  const secrets = [...new Set(held)].toSorted();
  const names = new Map(secrets.map((secret, order) => [secret, nameOf(order)]));
  return (hash) => names.get(hash) ?? "-";
}

/** One character for an age. From `longest` on no rule tells two ages apart. */
export function ageKey(at: number, longest: number): string {
  return String.fromCharCode(48 + Math.min(NOW - at, longest));
}

/** `late`: the longest between the sending of a request and what its handler does. */
export function credentialKey(
  { current, unseen, superseded }: Credential,
  { grace, renewal }: Timing,
  late: number,
  name: (hash: string) => string,
): string {
  const longest = Math.max(renewal, 2 * grace) + late + 1;
  let key = name(current.hash) + ageKey(current.at, longest);
  if (unseen !== null) key += name(unseen.hash) + ageKey(unseen.at, longest);
  for (const { hash, at } of superseded) key += `,${name(hash)}${ageKey(at, grace + late + 1)}`;
  return key;
}
