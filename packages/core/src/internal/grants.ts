import { ConfigurationError } from "../errors.ts";
import type { Once } from "../powers.ts";
import { encodeBase64url } from "./base64url.ts";
import type { Engine } from "./engine.ts";
import { type Live, whoOf } from "./live.ts";

/** ms for which a grant is good unless told otherwise, and at most. */
const LASTS = 300_000;
const LONGEST = 86_400_000;

const GRANT = /^([\da-z]{1,11})\.([\w-]{22})\.([\w-]{22})$/;

export function onceOf({ store }: Engine, what: string): Once {
  const { once } = store.powers;
  if (once !== undefined) return once;
  throw new ConfigurationError(
    `${what} needs a store that can redeem once, as all of Sojourn's own can: store.powers.once.`,
  );
}

/** Leave for one action, once (ASVS 7.5.3): nothing is stored until it is redeemed. */
export function grant(engine: Engine, live: Live, action: string, ttl: number = LASTS): string {
  onceOf(engine, "A grant");
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST) {
    throw new ConfigurationError(
      `A grant's ttl is whole milliseconds, from 1 to ${LONGEST} (24 h): write 300_000 for 5 min.`,
    );
  }
  const deadline = (engine.clock.now() + ttl).toString(36);
  const nonce = encodeBase64url(engine.randomBytes(16));
  const seal = engine.seals.seal("grant", live.record.handle, action, deadline, nonce);
  engine.emit({ type: "grant_issued", reason: null, action, ...whoOf(live.record) }, live.client);
  return `${deadline}.${nonce}.${seal}`;
}

/** True for the first who redeems it, in the same session and for the same action. */
export async function redeem(
  engine: Engine,
  live: Live,
  action: string,
  given: string,
): Promise<boolean> {
  const { record, client } = live;
  const once = onceOf(engine, "A grant");
  const told = { action, ...whoOf(record) };
  const [, deadline = "", nonce = "", seal = ""] = GRANT.exec(given) ?? [];
  const now = engine.clock.now();
  const expiresAt = Number.parseInt(deadline, 36);
  const genuine = engine.seals.holds(seal, "grant", record.handle, action, deadline, nonce);
  if (!genuine || !(now < expiresAt)) {
    engine.emit({ type: "grant_refused", reason: "invalid", ...told }, client);
    return false;
  }
  const first = await once.redeem(engine.nameOf("grant", nonce), expiresAt, now);
  if (first) engine.emit({ type: "grant_redeemed", reason: null, ...told }, client);
  else engine.emit({ type: "grant_refused", reason: "spent", ...told }, client);
  return first;
}
