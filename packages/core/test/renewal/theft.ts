import type { Credential } from "../../src/internal/credential.ts";
import type { Model, Step } from "./explore.ts";
import {
  credentialKey,
  hashesIn,
  namer,
  nameOf,
  NOW,
  type Protocol,
  tickedCredential,
  type Timing,
} from "./protocol.ts";

/** An owner, and a thief who copied the owner's token. Both go on using the session. */
export interface Theft extends Timing {
  /** Neither of them pauses for more ticks than this. */
  readonly pause: number;
  /**
   * `adopts`: presents the newest secret it was given, as a browser does.
   * `hoards`: keeps all that it was given, and presents whichever it likes, or never a new one.
   */
  readonly thief: "adopts" | "hoards";
  /** What starts the clock: the theft, or the first sight of a renewed secret after it. */
  readonly from: "theft" | "sight";
  /** So many ticks later the session has ended. */
  readonly within: number;
}

interface State {
  readonly credential: Credential;
  readonly jar: string;
  readonly loot: readonly string[];
  /** Ticks since each of them last got in. */
  readonly idle: { readonly owner: number; readonly thief: number };
  /** Ticks since the clock was started. */
  readonly clock: number | null;
  /** How many secrets there ever were. */
  readonly minted: number;
}

/** What must not happen: the owner is refused though the session goes on, or it goes on for too long. */
export function theftModel(protocol: Protocol, theft: Theft): Model<State> {
  const { grace, renewal, pause, thief, from, within } = theft;

  function steps(state: State): Step<State>[] {
    const { jar, loot, idle } = state;
    const found = idle.owner < pause && idle.thief < pause ? [waits(state)] : [];
    found.push(...presents(state, "owner", jar));
    for (const secret of loot) found.push(...presents(state, "thief", secret));
    return found;
  }

  function waits(state: State): Step<State> {
    const { credential, idle, clock } = state;
    if (clock === within) return { what: "a tick", next: null };
    return {
      what: "a tick",
      next: {
        ...state,
        credential: tickedCredential(credential),
        idle: { owner: idle.owner + 1, thief: idle.thief + 1 },
        clock: clock === null ? null : clock + 1,
      },
    };
  }

  function presents(state: State, who: "owner" | "thief", secret: string): Step<State>[] {
    const verdict = protocol.standing(state.credential, secret, NOW, grace);
    const what = `the ${who} presents ${secret}: ${verdict}`;
    if (verdict === "unknown") return [{ what, next: null }];
    if (verdict === "reused") return [];

    const next = { ...state, idle: { ...state.idle, [who]: 0 } };
    if (verdict === "unseen") {
      next.credential = protocol.confirm(state.credential, secret, NOW, grace);
      next.clock ??= 0;
    }
    const current = next.credential.current.hash === secret;
    if (!current || !protocol.renewalDue(next.credential, NOW, renewal, grace)) {
      return [{ what, next: withoutForgotten(next) }];
    }
    const minted = nameOf(next.minted++);
    next.credential = protocol.renewed(next.credential, minted, NOW, grace);
    if (who === "owner") next.jar = minted;
    else next.loot = thief === "adopts" ? [minted] : [...state.loot, minted];
    return [{ what: `${what}, renewed to ${minted}`, next: withoutForgotten(next) }];
  }

  return {
    initial: {
      credential: protocol.freshCredential(nameOf(0), NOW),
      jar: nameOf(0),
      loot: [nameOf(0)],
      idle: { owner: 0, thief: 0 },
      clock: from === "theft" ? 0 : null,
      minted: 1,
    },
    steps,
    key({ credential, jar, loot, idle, clock }) {
      const name = namer([jar, ...loot]);
      const key = credentialKey(credential, theft, 0, name);
      const tokens = `${name(jar)}|${loot.map(name).join("")}`;
      return `${key}|${tokens}|${idle.owner}|${idle.thief}|${clock}`;
    },
  };
}

/** What is forgotten is refused for ever: it is nothing to the thief any more. */
function withoutForgotten(state: State): State {
  const known = hashesIn(state.credential);
  return { ...state, loot: state.loot.filter((secret) => known.has(secret)) };
}
