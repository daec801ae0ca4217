import * as credential from "../../src/internal/credential.ts";
import type { Credential } from "../../src/internal/credential.ts";
import { type Protocol, protocol } from "./protocol.ts";

/** Plausible protocols, each wrong in one function. They must be refuted, or the models prove nothing. */
export type Mutants = Readonly<Record<string, Partial<Protocol>>>;

/** These lose an honest browser's session. */
export const unkind: Mutants = {
  "supersedes when it mints, not at the sight": {
    renewed: ({ current, superseded }, hash, now) => ({
      current: { hash, at: now },
      unseen: null,
      superseded: [...superseded, { hash: current.hash, at: now }],
    }),
  },
  "judges the grace when the session is read, not when the request arrived": {
    judgedAt: (_arrived, now) => now,
  },
  "judges when the handler is done whether a renewal was lost": {
    dueAt: (_arrived, now) => now,
  },
  "renews again at once while a renewal is under way": {
    renewalDue: ({ current }, arrivedAt, renewal) =>
      renewal !== null && arrivedAt - current.at >= renewal,
  },
  "takes a renewal for lost after one grace": {
    renewalDue: retryAfter((_renewal, grace) => grace + 1),
  },
  "takes a renewal for lost at two graces, not past them": {
    renewalDue: retryAfter((renewal, grace) => Math.max(renewal, 2 * grace)),
  },
  "forgets a superseded secret in its grace": {
    confirm: (before, ...sight) => {
      const after = credential.confirm(before, ...sight);
      return after === before ? before : { ...after, superseded: [] };
    },
  },
  "counts the grace from the minting of the successor": {
    confirm: (before, hash, _arrivedAt, grace) =>
      credential.confirm(before, hash, before.unseen?.at ?? 0, grace),
  },
  "ends the grace one moment early": {
    standing: (known, hash, arrivedAt, grace) =>
      credential.standing(known, hash, arrivedAt, grace - 1),
  },
  "takes an older secret for current again when it is seen late": {
    confirm: restoring,
  },
};

/** These let an old secret work, renew twice, or forget one that a theft would be found by. */
export const careless: Mutants = {
  "never supersedes": {
    confirm: ({ current, unseen, ...rest }, hash) =>
      unseen?.hash === hash
        ? { ...rest, current: unseen, unseen: current }
        : { ...rest, current, unseen },
  },
  "gives a superseded secret a second grace": {
    standing: (known, hash, arrivedAt, grace) =>
      credential.standing(known, hash, arrivedAt, 2 * grace),
  },
  "remembers no secret past its grace": {
    renewed: recent(credential.renewed),
    confirm: recent(credential.confirm),
  },
  "forgets a renewal that it gives up": {
    renewed: ({ current, superseded }, hash, now) => ({
      current,
      unseen: { hash, at: now },
      superseded,
    }),
  },
  "renews for everybody who asks": {
    renewalDue: ({ current }, arrivedAt, renewal) =>
      renewal !== null && arrivedAt - current.at >= renewal,
  },
  "tries again after two graces, not after an interval": {
    renewalDue: retryAfter((_renewal, grace) => 2 * grace + 1),
  },
  "remembers everything": {
    confirm: (before, hash, arrivedAt, grace) => {
      const after = credential.confirm(before, hash, arrivedAt, grace);
      if (after === before) return before;
      const { hash: gone } = before.current;
      return { ...after, superseded: [...before.superseded, { hash: gone, at: arrivedAt }] };
    },
  },
};

export function mutated(mutant: Partial<Protocol>): Protocol {
  return { ...protocol, ...mutant };
}

function retryAfter(wait: (renewal: number, grace: number) => number): Protocol["renewalDue"] {
  return ({ current, unseen }, arrivedAt, renewal, grace) => {
    if (renewal === null) return false;
    if (unseen === null) return arrivedAt - current.at >= renewal;
    return arrivedAt - unseen.at >= wait(renewal, grace);
  };
}

/** The old secret waits to be seen again; the one that then steps back is superseded. */
function restoring(
  { current, unseen, superseded }: Credential,
  _hash: string,
  arrivedAt: number,
): Credential {
  const seen = unseen as NonNullable<typeof unseen>;
  if (seen.at > current.at) return { current: seen, unseen: current, superseded };
  return {
    current: seen,
    unseen: null,
    superseded: [...superseded, { hash: current.hash, at: arrivedAt }],
  };
}

function recent(
  change: (before: Credential, hash: string, at: number, grace: number) => Credential,
): typeof change {
  return (before, hash, at, grace) => {
    const after = change(before, hash, at, grace);
    return { ...after, superseded: after.superseded.filter((old) => at - old.at <= grace) };
  };
}
