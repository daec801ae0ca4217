import type { Credential } from "../../src/internal/credential.ts";
import type { Model, Step } from "./explore.ts";
import {
  ageKey,
  credentialKey,
  hashesIn,
  nameOf,
  NOW,
  type Protocol,
  ticked,
  tickedCredential,
  type Timing,
} from "./protocol.ts";

/** Anyone who ever got a secret, whoever it is, presents it whenever they like. */
export interface Claims extends Timing {
  /** A handler reads the session up to so many ticks after its request arrived. */
  readonly slowHandler: number;
  /** A secret may be forgotten only so many ticks after it was minted, */
  readonly rememberedFor: number;
  /** and only once so many newer ones were minted. */
  readonly newerMinted: number;
  /** A credential holds at most so many superseded secrets. */
  readonly superseded: number;
}

interface State {
  readonly credential: Credential;
  /** Those not yet forgotten, oldest first. */
  readonly secrets: readonly Secret[];
  /**
   * The one of them for which the claims are checked. Each may be chosen, so they hold for all; to
   * watch all at once would multiply the states.
   */
  readonly watched: Watched | null;
  /** How many there ever were. */
  readonly minted: number;
}

interface Secret {
  readonly hash: string;
  readonly at: number;
}

interface Watched extends Secret {
  /** When the first request with a newer secret arrived. */
  readonly passedAt: number | null;
  /** How many were minted later. */
  readonly newer: number;
}

/**
 * What must not happen: a secret works for longer than a grace after a newer one was seen; it is
 * forgotten early; two renewals at one deadline; a credential that grows.
 */
export function anyoneModel(protocol: Protocol, claims: Claims): Model<State> {
  const { grace, renewal, slowHandler, rememberedFor, newerMinted } = claims;

  function steps(state: State): Step<State>[] {
    const found: Step<State>[] = [{ what: "a tick", next: waits(state) }];
    const youngest = state.secrets.at(-1);
    if (state.watched === null && youngest !== undefined) {
      const watched: Watched = { ...youngest, passedAt: null, newer: 0 };
      found.push({ what: `${youngest.hash} is watched`, next: { ...state, watched } });
    }
    for (const { hash, at } of state.secrets) {
      const first = Math.max(at, NOW - slowHandler);
      for (let arrived = first; arrived <= NOW; arrived++) {
        found.push(...presents(state, hash, arrived));
      }
    }
    return found;
  }

  function presents(state: State, hash: string, arrived: number): Step<State>[] {
    const judged = protocol.judgedAt(arrived, NOW);
    const verdict = protocol.standing(state.credential, hash, judged, grace);
    const what = `${hash}, arrived ${NOW - arrived} ago, is ${verdict}`;
    const passedAt = state.watched?.hash === hash ? state.watched.passedAt : null;
    const passed = passedAt !== null && arrived > passedAt + grace;
    if (verdict === "unknown" || (passed && verdict !== "reused")) return [{ what, next: null }];
    if (verdict === "grace" || verdict === "reused") return [];

    const found: Step<State>[] = [];
    const seen = verdict === "unseen" ? sees(state, hash, arrived) : state;
    if (seen !== state) found.push({ what: `${what}; confirmed`, next: claimed(seen) });
    if (protocol.renewalDue(seen.credential, protocol.dueAt(arrived, NOW), renewal, grace)) {
      const minted = nameOf(state.minted);
      const youngest = seen.secrets.at(-1)?.at ?? 0;
      const next = NOW - youngest < renewal ? null : claimed(mints(seen, minted));
      found.push({ what: `${what}; renewed to ${minted}`, next });
    }
    return found;
  }

  function sees(state: State, hash: string, arrived: number): State {
    const { watched } = state;
    const passes = watched !== null && watched.hash < hash && watched.passedAt === null;
    return {
      ...state,
      credential: protocol.confirm(state.credential, hash, arrived, grace),
      watched: passes ? { ...watched, passedAt: arrived } : watched,
    };
  }

  function mints({ credential, secrets, watched, minted }: State, hash: string): State {
    return {
      credential: protocol.renewed(credential, hash, NOW, grace),
      secrets: [...secrets, { hash, at: NOW }],
      watched: watched && { ...watched, newer: Math.min(watched.newer + 1, newerMinted) },
      minted: minted + 1,
    };
  }

  /** The state without what was forgotten. Null where a claim does not hold. */
  function claimed(state: State): State | null {
    const { credential, secrets, watched } = state;
    if (credential.superseded.length > claims.superseded) return null;
    const hashes = hashesIn(credential);
    const next = { ...state, secrets: secrets.filter(({ hash }) => hashes.has(hash)) };
    if (watched === null || hashes.has(watched.hash)) return next;
    const early = watched.newer < newerMinted || NOW - watched.at < rememberedFor;
    return early ? null : { ...next, watched: null };
  }

  return {
    initial: {
      credential: protocol.freshCredential(nameOf(0), NOW),
      secrets: [{ hash: nameOf(0), at: NOW }],
      watched: null,
      minted: 1,
    },
    steps,
    key({ credential, secrets, watched }) {
      const names = new Map(
        secrets.map(({ hash, at }) => [hash, side(hash, watched) + ageKey(at, slowHandler)]),
      );
      const name = (hash: string): string => names.get(hash) ?? "";
      const key = [
        credentialKey(credential, claims, slowHandler, name),
        ageKey(secrets.at(-1)?.at ?? 0, renewal),
      ];
      if (watched !== null) {
        const { at, passedAt, newer } = watched;
        const passed = passedAt === null ? "" : ageKey(passedAt, grace + slowHandler + 1);
        key.push(`${ageKey(at, rememberedFor)}${newer}${passed}`);
      }
      return key.join("|");
    },
  };
}

/** All that matters of the order in which secrets were minted. */
function side(hash: string, watched: Watched | null): string {
  if (watched === null) return "-";
  if (hash === watched.hash) return "=";
  return hash < watched.hash ? "<" : ">";
}

function waits({ credential, secrets, watched, ...state }: State): State {
  return {
    ...state,
    credential: tickedCredential(credential),
    secrets: secrets.map(ticked),
    watched: watched && {
      ...ticked(watched),
      passedAt: watched.passedAt === null ? null : watched.passedAt - 1,
    },
  };
}
