import type { Credential } from "../../src/internal/credential.ts";
import type { Model, Step } from "./explore.ts";
import {
  ageKey,
  credentialKey,
  hashesIn,
  namer,
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
  /** How many there ever were. */
  readonly minted: number;
}

interface Secret {
  readonly hash: string;
  readonly at: number;
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
    const { credential, secrets } = state;
    const later = {
      ...state,
      credential: tickedCredential(credential),
      secrets: secrets.map(tickedSecret),
    };
    const found: Step<State>[] = [{ what: "a tick", next: later }];
    for (const secret of secrets) {
      const first = Math.max(secret.at, NOW - slowHandler);
      for (let arrived = first; arrived <= NOW; arrived++) {
        found.push(...presents(state, secret, arrived));
      }
    }
    return found;
  }

  function presents(state: State, { hash, passedAt }: Secret, arrived: number): Step<State>[] {
    const judged = protocol.judgedAt(arrived, NOW);
    const verdict = protocol.standing(state.credential, hash, judged, grace);
    const what = `${hash}, arrived ${NOW - arrived} ago, is ${verdict}`;
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
    return {
      ...state,
      credential: protocol.confirm(state.credential, hash, arrived, grace),
      secrets: state.secrets.map((secret) =>
        secret.hash < hash && secret.passedAt === null ? { ...secret, passedAt: arrived } : secret,
      ),
    };
  }

  function mints({ credential, secrets, minted }: State, hash: string): State {
    const older = secrets.map((secret) => ({
      ...secret,
      newer: Math.min(secret.newer + 1, newerMinted),
    }));
    return {
      credential: protocol.renewed(credential, hash, NOW, grace),
      secrets: [...older, { hash, at: NOW, passedAt: null, newer: 0 }],
      minted: minted + 1,
    };
  }

  /** The state without what was forgotten. Null where a claim does not hold. */
  function claimed(state: State): State | null {
    const { credential, secrets } = state;
    const hashes = hashesIn(credential);
    const forgotten = secrets.filter(({ hash }) => !hashes.has(hash));
    const early = forgotten.some((s) => s.newer < newerMinted || NOW - s.at < rememberedFor);
    if (early || credential.superseded.length > claims.superseded) return null;
    return { ...state, secrets: secrets.filter(({ hash }) => hashes.has(hash)) };
  }

  return {
    initial: {
      credential: protocol.freshCredential(nameOf(0), NOW),
      secrets: [{ hash: nameOf(0), at: NOW, passedAt: null, newer: 0 }],
      minted: 1,
    },
    steps,
    key({ credential, secrets }) {
      const name = namer(secrets.map(({ hash }) => hash));
      let key = credentialKey(credential, claims, slowHandler, name);
      for (const { at, passedAt, newer } of secrets) {
        const passed = passedAt === null ? "" : ageKey(passedAt, grace + slowHandler + 1);
        key += `|${ageKey(at, Math.max(rememberedFor, renewal))}${newer}${passed}`;
      }
      return key;
    },
  };
}

function tickedSecret(secret: Secret): Secret {
  return { ...ticked(secret), passedAt: secret.passedAt === null ? null : secret.passedAt - 1 };
}
