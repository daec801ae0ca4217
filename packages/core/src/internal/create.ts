import { StoreUnavailableError } from "../errors.ts";
import type { CreateOptions, CreateOutcome, NewSessionRecord, SessionRecord } from "../store.ts";
import { type Policy, storedDeadlines } from "../timeouts.ts";
import { encodeBase64url } from "./base64url.ts";
import { encodeCredential, freshCredential } from "./credential.ts";
import type { Engine } from "./engine.ts";
import type { MintedToken } from "./token.ts";

/** What a new record is made of, but for handle, secret and times. */
export interface Birth {
  readonly userId: string | null;
  readonly partition: string;
  readonly policy: Policy;
  readonly authenticatedAt: number | null;
  readonly persistent: boolean;
  readonly facts: string | null;
  readonly data: Readonly<Record<string, string>>;
}

/** A record that the store does not know yet, and the token that will open it. */
export interface Prepared {
  readonly record: NewSessionRecord;
  readonly minted: MintedToken;
}

/** A new handle and a new secret. */
function prepare(engine: Engine, birth: Birth): Prepared {
  const now = engine.clock.now();
  const ref = { partition: birth.partition, handle: encodeBase64url(engine.randomBytes(16)) };
  const minted = engine.tokens.mint(birth.userId === null ? "anonymous" : "user", ref, now);
  const record = {
    ...birth,
    ...ref,
    policy: birth.policy.name,
    credential: encodeCredential(freshCredential(minted.hash, now)),
    createdAt: now,
    lastSeenAt: null,
    ...storedDeadlines(birth.policy, now),
  };
  return { record, minted };
}

/** Inserts under a handle that is free: a collision is met with another handle, once. */
export async function insert(
  engine: Engine,
  birth: Birth,
  options?: CreateOptions,
  first: Prepared = prepare(engine, birth),
): Promise<{ record: SessionRecord; minted: MintedToken; outcome: Exclude<CreateOutcome, Taken> }> {
  for (
    let { record, minted } = first, tries = 1;
    ;
    { record, minted } = prepare(engine, birth), tries++
  ) {
    const born = { ...record, data: birth.data };
    const outcome = await engine.store
      .create(born, engine.clock.now(), options)
      .catch((error: unknown) => {
        // The write may have happened, or happen yet. Its token is given to nobody; it need not stay.
        engine.inBackground(engine.store.delete(record));
        throw error;
      });
    if (outcome.status !== "exists") return { record: { ...born, version: 1 }, minted, outcome };
    if (tries === 2) {
      throw new StoreUnavailableError(
        "The store says of two new random handles that they are taken.",
      );
    }
  }
}

type Taken = { readonly status: "exists" };

/** An anonymous session that only this request knows; it is stored when something is written to it. */
export function unbornAnonymous(engine: Engine): Unborn {
  const birth: Birth = {
    userId: null,
    partition: encodeBase64url(engine.randomBytes(12)),
    policy: engine.timeouts.anonymous,
    authenticatedAt: null,
    persistent: false,
    facts: null,
    data: {},
  };
  return { birth, prepared: prepare(engine, birth) };
}

export interface Unborn {
  readonly birth: Birth;
  readonly prepared: Prepared;
}
