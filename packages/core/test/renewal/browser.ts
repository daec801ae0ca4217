import type { Credential } from "../../src/internal/credential.ts";
import type { Model, Step } from "./explore.ts";
import {
  ageKey,
  credentialKey,
  namer,
  nameOf,
  NOW,
  type Protocol,
  ticked,
  tickedCredential,
  type Timing,
} from "./protocol.ts";

/** One honest browser on a bad network, and the server. */
export interface Network extends Timing {
  /** Requests and responses under way at once, at most. One that is lost may as well never be sent. */
  readonly inFlight: number;
  /** A request arrives up to so many ticks after it was sent. */
  readonly lateRequest: number;
  /** A response arrives up to so many ticks after the renewal that it carries, or never. */
  readonly lateResponse: number;
  /** A handler reads the session, and answers, up to so many ticks after its request arrived. */
  readonly slowHandler: number;
  /** Whether a request may be refused as long as the session goes on. */
  readonly mayRefuse?: boolean;
}

interface State {
  readonly credential: Credential;
  readonly jar: string;
  readonly flights: readonly Flight[];
  /** How many secrets there ever were. */
  readonly minted: number;
}

/**
 * `sent`: on its way, or waiting for its handler; `at`: when it was sent.
 * `open`: its handler has read the credential as it still stands, and may write; `at`: its arrival.
 * `answer`: a response with a new secret; `at`: when that was minted.
 *
 * A request that cannot write any more is not followed further, since its response carries no secret:
 * one whose secret is in its grace or not due, and one whose guard fails because another has written.
 */
interface Flight {
  readonly stage: "sent" | "open" | "answer";
  readonly secret: string;
  readonly at: number;
}

/** What must not happen: the session ends, or a request of the browser is refused. */
export function browserModel(protocol: Protocol, network: Network): Model<State> {
  const { grace, renewal, inFlight, lateRequest, lateResponse, slowHandler } = network;

  function steps(state: State): Step<State>[] {
    const { jar, flights } = state;
    const found: Step<State>[] = [];
    for (const [i, flight] of flights.entries()) {
      const without = { ...state, flights: flights.toSpliced(i, 1) };
      if (flight.stage === "sent") found.push(...reads(without, flight));
      if (flight.stage === "open") found.push(...writes(without, flight));
      if (flight.stage === "answer") {
        found.push({
          what: `the browser receives ${flight.secret}`,
          next: { ...without, jar: flight.secret },
        });
      }
    }
    if (flights.every(mayWait)) found.push({ what: "a tick", next: waits(state) });
    if (flights.length < inFlight) {
      const sent: Flight = { stage: "sent", secret: jar, at: NOW };
      found.push({
        what: `the browser sends ${jar}`,
        next: { ...state, flights: [...flights, sent] },
      });
    }
    return found;
  }

  function waits(state: State): State {
    // A handler that takes longer has failed, or its writes have.
    const flights = state.flights
      .map(ticked)
      .filter(({ stage, at }) => stage !== "open" || NOW - at <= slowHandler);
    return { ...state, credential: tickedCredential(state.credential), flights };
  }

  function mayWait({ stage, at }: Flight): boolean {
    if (stage === "open") return true;
    return NOW - at < (stage === "sent" ? lateRequest + slowHandler : lateResponse);
  }

  /** A handler reads the session, once for each time at which its request may have arrived. */
  function reads(state: State, { secret, at }: Flight): Step<State>[] {
    const found: Step<State>[] = [];
    const last = Math.min(at + lateRequest, NOW);
    for (let arrived = Math.max(at, NOW - slowHandler); arrived <= last; arrived++) {
      const judged = protocol.judgedAt(arrived, NOW);
      const verdict = protocol.standing(state.credential, secret, judged, grace);
      const what = `${secret}, sent ${NOW - at} and arrived ${NOW - arrived} ago, is ${verdict}`;
      const lost = verdict === "reused" || (verdict === "unknown" && !network.mayRefuse);
      if (lost) return [{ what, next: null }];
      const open: Flight = { stage: "open", secret, at: arrived };
      const writer = verdict === "unseen" || (verdict === "current" && mayRenew(state, open));
      found.push({ what, next: writer ? { ...state, flights: [...state.flights, open] } : state });
    }
    return found;
  }

  /** Whether a request with the current secret is to renew it, now or by the time of its answer. */
  function mayRenew({ credential }: State, { at }: Flight): boolean {
    return protocol.renewalDue(credential, protocol.dueAt(at, at + slowHandler), renewal, grace);
  }

  /** A handler writes: a confirmation in the background, later on a renewal. Others' guards now fail. */
  function writes(state: State, flight: Flight): Step<State>[] {
    const { credential } = state;
    const { secret, at } = flight;
    const flights = state.flights.filter(({ stage }) => stage !== "open");
    if (credential.current.hash !== secret) {
      const seen = {
        ...state,
        credential: protocol.confirm(credential, secret, at, grace),
        flights,
      };
      const next = mayRenew(seen, flight) ? { ...seen, flights: [...flights, flight] } : seen;
      return [{ what: `${secret} is confirmed`, next }];
    }
    if (!protocol.renewalDue(credential, protocol.dueAt(at, NOW), renewal, grace)) return [];
    const minted = nameOf(state.minted);
    const next: State = {
      ...state,
      credential: protocol.renewed(credential, minted, NOW, grace),
      flights,
      minted: state.minted + 1,
    };
    const answer: Flight = { stage: "answer", secret: minted, at: NOW };
    return [
      {
        what: `${secret} is renewed to ${minted}`,
        next: { ...next, flights: [...flights, answer] },
      },
      { what: `${secret} is renewed to ${minted}, the response is lost`, next },
    ];
  }

  return {
    initial: {
      credential: protocol.freshCredential(nameOf(0), NOW),
      jar: nameOf(0),
      flights: [],
      minted: 1,
    },
    steps,
    key({ credential, jar, flights }) {
      const held = new Set([jar, ...flights.map(({ secret }) => secret)]);
      const name = namer(held);
      // Nobody notices when those before the oldest that is held are forgotten.
      const oldest = credential.superseded.findIndex(({ hash }) => held.has(hash));
      const superseded = oldest < 0 ? [] : credential.superseded.slice(oldest);
      const known = { ...credential, superseded };
      const keys = flights.map(({ stage, secret, at }) => stage[0] + name(secret) + ageKey(at, 99));
      return [
        credentialKey(known, network, lateRequest + slowHandler, name),
        name(jar),
        ...keys.toSorted(),
      ].join("|");
    },
  };
}
