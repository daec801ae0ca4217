import {
  type ReplicaTarget,
  SojournError,
  type Store,
  StoreUnavailableError,
  wrapStore,
} from "@sojourn/core";
import type { Emit } from "../events.ts";
import type { ReplicableStore } from "../options.ts";
import type { ToldClock } from "./told-clock.ts";

/** After so many failures in a row a store is no longer asked by every call. */
const AWAY_AFTER = 3;

/** ms from one call that tries a store which is away to the next. */
const TRIED_EVERY = 1_000;

/** One of the stores, and how it stands. */
export interface Member {
  /** 0: it was configured as primary; 1: as the first replica. */
  readonly number: number;
  readonly given: ReplicableStore;
  readonly store: Store;
  readonly replica: ReplicaTarget;
  /** Calls that failed since the last that did not. */
  readonly failures: number;
  /**
   * Whether to ask it: yes, unless it has failed again and again. Then one call a second tries, and the
   * first answer ends that.
   */
  isToBeAsked(): boolean;
  /** When it was promoted, as far as is known; -Infinity: it never was. */
  promotedAt: number;
  /** Called when it answers after a failure: what was written meanwhile may have happened or not. */
  onBack: () => void;
}

export function createMember(
  given: ReplicableStore,
  number: number,
  clock: ToldClock,
  emit: Emit,
): Member {
  let failures = 0;
  let triedAt = -Infinity;

  async function noting<T>(run: () => Promise<T>): Promise<T> {
    try {
      const answer = await run();
      back();
      return answer;
    } catch (error) {
      if (isAway(error)) away(error);
      else back();
      throw error;
    }
  }

  function away(error: unknown): void {
    failures++;
    triedAt = clock.own();
    if (failures === 1) emit({ type: "store_away", store: number, reason: codeOf(error) });
  }

  function back(): void {
    if (failures === 0) return;
    failures = 0;
    emit({ type: "store_back", store: number });
    member.onBack();
  }

  const store = wrapStore(given, noting);
  const member: Member = {
    number,
    given,
    store,
    replica: store.powers.replica as ReplicaTarget,
    get failures() {
      return failures;
    },
    isToBeAsked() {
      if (failures < AWAY_AFTER) return true;
      const now = clock.own();
      if (now - triedAt < TRIED_EVERY) return false;
      triedAt = now;
      return true;
    },
    promotedAt: -Infinity,
    onBack: () => {},
  };
  return member;
}

/** Whether this is what a store rejects with that is away. What is no error of ours means so, too. */
export function isAway(error: unknown): boolean {
  return !(error instanceof SojournError) || error instanceof StoreUnavailableError;
}

export function codeOf(error: unknown): SojournError["code"] | "error" {
  return error instanceof SojournError ? error.code : "error";
}
