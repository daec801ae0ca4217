import {
  CarryRefusedError,
  ConfigurationError,
  LimitReachedError,
  LoginRefusedError,
  SessionGoneError,
} from "../errors.ts";
import type { Client } from "../client.ts";
import type { Aal } from "../events.ts";
import type { LoginOptions } from "../request-session.ts";
import type { CreateOptions, SessionRecord } from "../store.ts";
import type { Policy } from "../timeouts.ts";
import { commit } from "./commit.ts";
import { type Birth, insert } from "./create.ts";
import type { Engine } from "./engine.ts";
import { assignable, type Texts } from "./draft.ts";
import { encodeFacts } from "./facts.ts";
import { clientFacts } from "./fits-client.ts";
import { applied, checkedData, hold, type Live, whoOf } from "./live.ts";
import { authenticationTime, loginFacts } from "./login-facts.ts";
import { insertReferenced, referenceName } from "./references.ts";
import { stringifyJson } from "./json.ts";
import { RETRY_FOR, retrying } from "./retrying.ts";

export interface LoginInput {
  readonly userId: string;
  /** The user's session that the request carries, whoever's it is. It ends. */
  readonly previous: Live | null;
  /** The anonymous session that the request carries. It ends. */
  readonly anonymous: Live | null;
  /** Keys of data that cross over. */
  readonly carry: readonly string[];
  readonly data: object;
  readonly policy: string | undefined;
  readonly persistent: boolean;
  /** When the authentication began: a revocation since then refuses the login. */
  readonly authenticatedAt: number;
  readonly arrivedAt: number;
  readonly client: Client | null;
  readonly closed?: (() => AbortSignal) | undefined;
  readonly aal?: Aal | undefined;
  readonly factors?: readonly string[] | undefined;
  readonly label?: string | undefined;
  readonly impersonator?: string | undefined;
  /** Somebody else's name for the session. */
  readonly reference?: string | undefined;
}

/** What a login of a request and one by hand have in common: the options, and what they leave open. */
export function inputOf<Data extends object>(
  userId: string,
  options: LoginOptions<Data>,
  given: Pick<LoginInput, "previous" | "anonymous" | "arrivedAt" | "client" | "closed">,
): LoginInput {
  const { policy, aal, factors, label, impersonator, reference } = options;
  return {
    userId,
    carry: options.carry ?? [],
    data: options.data ?? {},
    policy,
    persistent: options.persistent ?? false,
    authenticatedAt: options.authenticatedAt ?? given.arrivedAt,
    aal,
    factors,
    label,
    impersonator,
    reference,
    ...given,
  };
}

/**
 * A new session under a new handle and a new secret; whatever the request carried has ended when
 * this resolves. If it rejects, nothing that it made is left behind.
 */
export async function login(engine: Engine, input: LoginInput): Promise<Live> {
  const { userId, previous, anonymous, carry, client } = input;
  const throttled = engine.throttled(client);
  if (throttled !== null) throw throttled;
  const again = previous?.record.userId === userId;
  if (carry.length > 0 && previous !== null && !again) {
    throw new CarryRefusedError(
      "Data can be carried from an anonymous session or the same user's only.",
    );
  }
  const partition = engine.partitionOf(userId);
  const policy = policyNamed(engine, input.policy);
  const { persistent } = input;
  const authenticatedAt = authenticationTime(engine, input.authenticatedAt);
  await flush(engine, anonymous);
  await flush(engine, previous);
  const set = {
    ...(anonymous !== null && carriedFrom(anonymous, carry)),
    ...(again && carriedFrom(previous, carry)),
    ...textsOf(input.data),
  };
  const data = await checkedData(engine, set);
  const { reference } = input;
  const facts = encodeFacts({
    ...loginFacts(engine, input),
    ...clientFacts(engine, client),
    reference: reference === undefined ? null : referenceName(engine, reference),
  });
  const impersonator = input.impersonator ?? null;

  const birth = { userId, partition, policy, persistent, authenticatedAt, facts, data };
  const options = { limit: engine.limit, ...(again && { replaces: previous.record.handle }) };
  const impersonators = await impersonatorsOf(engine, partition);
  const { record, minted, outcome } = await insertWithin(engine, birth, options, reference);
  const refused = { handle: null, userId, impersonator };
  if (outcome.status === "revoked") {
    engine.emit({ type: "login_refused", reason: "revoked-meanwhile", ...refused }, client);
    throw new LoginRefusedError(
      "The user's sessions were revoked after this authentication began.",
    );
  }
  if (outcome.status === "limit-reached") {
    engine.emit({ type: "excess_sessions_exceeded", reason: "refuse", ...refused }, client);
    throw new LimitReachedError(
      `The user has ${engine.limit.max} sessions, and no more are allowed.`,
    );
  }
  let stored = record;
  try {
    if (anonymous !== null) stored = await endAnonymous(engine, anonymous, stored, carry);
    if (previous !== null && !again) await engine.store.delete(previous.record);
  } catch (error) {
    // Nobody was given its token; what cannot be deleted now yields its place within a minute.
    await engine.inBackground(engine.store.delete(record));
    throw error;
  }
  for (const live of [anonymous, previous]) end(engine, live);
  engine.emit({ type: "session_created", reason: null, ...whoOf(record) }, client);
  for (const handle of outcome.evicted) {
    const who = { handle, userId, impersonator: impersonators.get(handle) ?? null };
    const evicted = { type: "excess_sessions_exceeded", reason: "evict", ...who } as const;
    engine.ended({ partition, handle }, evicted, client);
  }
  const live = await hold(engine, stored, minted.hash, input.arrivedAt, {
    token: minted.token,
    client,
    closed: input.closed,
  });
  // Its token has yet to come back: nothing that this request does is a sign of life.
  live.active = true;
  return live;
}

/** Who acts in which of the user's sessions: a store gives no more than the handles of what a limit cost. */
async function impersonatorsOf(
  engine: Engine,
  partition: string,
): Promise<ReadonlyMap<string, string | null>> {
  if (!engine.impersonation || !engine.heard) return new Map();
  const there = await engine.store.list(partition, engine.clock.now());
  return new Map(there.map((record) => [record.handle, whoOf(record).impersonator]));
}

/** Where the limit refuses, sessions that `revokeEveryone` has ended do not count, though they are there. */
async function insertWithin(
  engine: Engine,
  birth: Birth,
  options: CreateOptions,
  reference: string | undefined,
): ReturnType<typeof insert> {
  const insertOnce = () =>
    reference === undefined
      ? insert(engine, birth, options)
      : insertReferenced(engine, birth, options, reference);
  const inserted = await insertOnce();
  if (inserted.outcome.status !== "limit-reached") return inserted;
  await engine.epoch.look();
  if (!engine.epoch.begun) return inserted;
  const there = await engine.store.list(birth.partition, engine.clock.now());
  const ended = there.filter((record) => engine.epoch.ended(record));
  if (ended.length === 0) return inserted;
  await Promise.all(ended.map((record) => engine.store.delete(record)));
  return insertOnce();
}

/** Stores what the handler has changed so far, so that the store alone says what there is to carry. */
async function flush(engine: Engine, live: Live | null): Promise<void> {
  if (live === null || live.unborn !== null) return;
  try {
    await commit(engine, live, { save: true, renew: "never" });
  } catch (error) {
    // A session that has ended meanwhile has nothing to carry, and is no reason to refuse a login.
    if (!(error instanceof SessionGoneError)) throw error;
  }
}

function policyNamed(engine: Engine, name: string | undefined): Policy {
  if (name === undefined) return engine.timeouts.default;
  const policy = engine.timeouts.policies.get(name);
  if (policy !== undefined) return policy;
  throw new ConfigurationError(
    `There is no timeout policy "${name}": add it to the option timeouts. ` +
      `Policies: ${[...engine.timeouts.policies.keys()].join(", ")}.`,
  );
}

/** The old session is over for this request, without a deletion of its cookie. */
function end(engine: Engine, live: Live | null): void {
  if (live === null) return;
  live.state = "gone";
  live.token = null;
  if (live.unborn !== null) return;
  const { record, client } = live;
  engine.ended(record, { type: "session_revoked", reason: "replaced", ...whoOf(record) }, client);
}

/**
 * Deletes the anonymous session at the version it was carried from. A write that was acknowledged
 * since then is carried too, and the deletion tried again.
 */
async function endAnonymous(
  engine: Engine,
  anonymous: Live,
  created: SessionRecord,
  carry: readonly string[],
): Promise<SessionRecord> {
  if (anonymous.unborn !== null) return created;
  let from = anonymous.record;
  let to = created;
  return retrying(engine, RETRY_FOR, async () => {
    const outcome = await engine.store.delete(
      from,
      carry.length > 0 ? { ifVersion: from.version } : {},
    );
    if (outcome !== "conflict") return { result: to };
    const now = engine.clock.now();
    const moved = await engine.store.read(from, now);
    if (moved === null) return { result: to };
    const set = pick(moved.data, carry);
    const written = await engine.store.update(to, { set }, now, { maxBytes: engine.maxBytes });
    if (written.status !== "updated") {
      throw new SessionGoneError("The new session ended before the login was complete.");
    }
    to = applied(to, { set }, written.version);
    from = moved;
    return null;
  });
}

function carriedFrom({ state, record, draft }: Live, carry: readonly string[]): Texts {
  // Only of a session that was never stored can there be changes here that are not in the record.
  return state === "gone" ? {} : pick({ ...record.data, ...draft.changes()?.set }, carry);
}

function textsOf(data: object): Texts {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) {
    if (value !== undefined) texts[assignable(key)] = stringifyJson(value, key);
  }
  return texts;
}

function pick(data: Texts, keys: readonly string[]): Texts {
  const picked: Record<string, string> = {};
  for (const key of keys) {
    if (Object.hasOwn(data, key)) picked[key] = data[key] as string;
  }
  return picked;
}
