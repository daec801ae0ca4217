import {
  CorruptRecordError,
  HeadersSentError,
  InvalidDataError,
  SessionGoneError,
  TooLargeError,
} from "../errors.ts";
import type { Client } from "../client.ts";
import type { LockReason } from "../events.ts";
import type { SessionData } from "../options.ts";
import { dataSize, type SessionChange, type SessionRecord } from "../store.ts";
import { idleLocked } from "../timeouts.ts";
import type { Unborn } from "./create.ts";
import { type Credential, decodeCredential } from "./credential.ts";
import { type Changes, Draft, type Texts } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { decodeFacts, type Facts } from "./facts.ts";
import { cloneJson, isForbiddenKey, parseJson } from "./json.ts";
import type { Kind } from "./token.ts";

/** One session as one request holds it: what is behind a `Session`. */
export class Live {
  readonly kind: Kind;
  /** As last known. Version 0: the store does not know it yet. */
  record: SessionRecord;
  /** What the record's `facts` say. */
  facts: Facts;
  /** Why it cannot be read before its user has authenticated. */
  lock: LockReason | null;
  /** Who sent the request. */
  readonly client: Client | null;
  /** Tells when its connection has closed, where the platform does. */
  readonly closed: (() => AbortSignal) | undefined;
  /** Hash of the secret that this request presented or was given last. */
  presented: string;
  readonly arrivedAt: number;
  /** An anonymous session that the store does not know yet: what it will be made of. */
  unborn: Unborn | null;
  /**
   * `gone`: it ended while it was held here. `ended`: it was ended here, on purpose. `closed`: the
   * response has left.
   */
  state: "open" | "gone" | "ended" | "closed" = "open";
  /** A token that the client has not been given yet. */
  token: string | null;
  /** The request read the session, rather than peeked. */
  active = false;
  /** The touch or confirmation that was sent; it never rejects. */
  noted: Promise<void> | null = null;
  /** The commit that was sent; it never rejects. Another waits for it: a session is stored only once. */
  committing: Promise<void> | null = null;
  /** What to throw when a handler asks for the session: its data fits no schema. It can still be ended. */
  readonly invalid: InvalidDataError | null;
  readonly #opened: Opened;
  #draft: Draft | null = null;
  #credential: Credential | null;
  /** The text that `#credential` was read from. */
  #credentialText: string;

  constructor(
    engine: Engine,
    record: SessionRecord,
    presented: string,
    arrivedAt: number,
    opened: Opened,
    { unborn = null, token = null, client = null, closed, credential = null }: Start = {},
  ) {
    this.kind = record.userId === null ? "anonymous" : "user";
    this.record = record;
    this.facts = factsOf(record);
    this.lock = lockOf(engine, record, this.facts);
    this.client = client;
    this.closed = closed;
    this.presented = presented;
    this.arrivedAt = arrivedAt;
    this.unborn = unborn;
    this.token = token;
    this.invalid = opened.invalid;
    this.#opened = opened;
    this.#credential = credential;
    this.#credentialText = record.credential;
  }

  /** What the record's `credential` says. Throws where it is damaged. */
  get credential(): Credential {
    const { credential } = this.record;
    if (this.#credential === null || credential !== this.#credentialText) {
      this.#credential = credentialOf(this.record);
      this.#credentialText = credential;
    }
    return this.#credential;
  }

  /** Made when somebody looks at the data. It asks the session's state before every write. */
  get draft(): Draft {
    const { values, stored, migrated } = this.#opened;
    return (this.#draft ??= new Draft(values, stored, () => assertWritable(this), migrated));
  }

  /** Whether `draft` may hold changes. */
  get touched(): boolean {
    return this.#draft !== null && this.#draft.touched;
  }
}

/** What else is known of a session when a request takes hold of it. */
interface Start {
  readonly unborn?: Unborn | null;
  readonly token?: string | null;
  readonly client?: Client | null | undefined;
  readonly closed?: (() => AbortSignal) | undefined;
  /** What the record's `credential` says, where that was read already. */
  readonly credential?: Credential | null;
}

/** Holds a record; at once where no schema is to be waited for. */
export function hold(
  engine: Engine,
  record: SessionRecord,
  presented: string,
  arrivedAt: number,
  start?: Start,
): Live | Promise<Live> {
  const held = (opened: Opened) => new Live(engine, record, presented, arrivedAt, opened, start);
  if (engine.schema === undefined) return held(asStored(record));
  return open(engine, record).then(held, (error: unknown) => {
    if (!(error instanceof InvalidDataError)) throw error;
    return held({ values: {}, stored: record.data, migrated: false, invalid: error });
  });
}

/** A record's data, ready for a draft. */
interface Opened {
  readonly values: SessionData;
  readonly stored: Texts;
  readonly migrated: boolean;
  readonly invalid: InvalidDataError | null;
}

function asStored(record: SessionRecord): Opened {
  return { values: parseData(record), stored: record.data, migrated: false, invalid: null };
}

/** Throws where it is damaged. */
export function credentialOf({ credential }: Pick<SessionRecord, "credential">): Credential {
  const decoded = decodeCredential(credential);
  if (decoded === null) throw corrupt();
  return decoded;
}

/** Throws where they are damaged. */
export function factsOf({ facts }: Pick<SessionRecord, "facts">): Facts {
  const decoded = decodeFacts(facts);
  if (decoded === null) throw corrupt();
  return decoded;
}

/** The names of a session in events: its own, its user's, and who acts as that user. */
export function whoOf({
  handle,
  userId,
  facts,
}: Pick<SessionRecord, "handle" | "userId" | "facts">): {
  handle: string;
  userId: string | null;
  impersonator: string | null;
} {
  return { handle, userId, impersonator: decodeFacts(facts)?.impersonator ?? null };
}

export function lockOf(
  engine: Engine,
  record: SessionRecord,
  { locked }: Facts,
): LockReason | null {
  if (locked) return "requested";
  return idleLocked(record, engine.policyOf(record), engine.clock.now()) ? "idle" : null;
}

/** Throws where the session has ended. */
export function assertAlive({ state }: Live): void {
  if (state === "gone" || state === "ended") throw new SessionGoneError("This session has ended.");
}

/** Throws where the session can no longer be changed. */
export function assertWritable(live: Live): void {
  assertAlive(live);
  if (live.state === "closed") {
    throw new HeadersSentError(
      "The response has left, so nothing more is saved. Change the session before you stream.",
    );
  }
}

/** A record's data in a draft that nobody else sees. */
export async function openDraft(engine: Engine, record: SessionRecord): Promise<Draft> {
  const { values, stored, migrated } = await open(engine, record);
  return new Draft(values, stored, () => {}, migrated);
}

export function parseData({ data }: { readonly data: Texts }): SessionData {
  const values: SessionData = {};
  for (const key of Object.keys(data)) {
    if (isForbiddenKey(key)) throw corrupt();
    try {
      values[key] = parseJson(data[key] as string);
    } catch (cause) {
      throw corrupt(cause);
    }
  }
  return values;
}

export function corrupt(cause?: unknown): CorruptRecordError {
  return new CorruptRecordError("The stored session is damaged.", { cause });
}

/** The data as the schema has it, or what `onInvalidData` makes of it. */
async function open(engine: Engine, record: SessionRecord): Promise<Opened> {
  const { schema, onInvalidData } = engine;
  const opened = asStored(record);
  if (schema === undefined) return opened;
  const { values: raw } = opened;
  const result = await schema["~standard"].validate(raw);
  if (result.issues === undefined) return { ...opened, values: valuesOf(result.value) };
  const reason = typeof onInvalidData === "function" ? "migrate" : onInvalidData;
  engine.emit({ type: "data_invalid", reason, ...whoOf(record) });
  if (onInvalidData === "throw") {
    throw new InvalidDataError("The stored session's data does not fit the schema.", result.issues);
  }
  const replacement = typeof onInvalidData === "function" ? onInvalidData(raw) : {};
  return { ...opened, values: await validated(engine, replacement), migrated: true };
}

/** What the schema makes of the application's data. Throws `InvalidDataError` where it refuses. */
async function validated(engine: Engine, data: object): Promise<SessionData> {
  if (engine.schema === undefined) return valuesOf(data);
  const result = await engine.schema["~standard"].validate(data);
  if (result.issues === undefined) return valuesOf(result.value);
  const [issue] = result.issues;
  throw new InvalidDataError(
    `The session's data does not fit the schema: ${issue?.message ?? "no reason given"}`,
    result.issues,
  );
}

/** A copy, since a schema may hand out one and the same default to all sessions. */
function valuesOf(data: object): SessionData {
  return cloneJson({ ...data }) as SessionData;
}

/**
 * What a draft would write, checked: against the schema, and against the sizes as this request knows
 * them. Null where nothing changed.
 */
export async function checkedChanges(
  engine: Engine,
  { draft, record }: Pick<Live, "draft" | "record">,
): Promise<Changes | null> {
  const changes = draft.changes();
  if (changes === null) return null;
  await validated(engine, draft.values());
  checkSizes(engine, merged(record.data, changes), changes.set);
  return changes;
}

/** The data of a new session, checked in the same way. */
export async function checkedData(engine: Engine, data: Texts): Promise<Texts> {
  await validated(engine, parseData({ data }));
  checkSizes(engine, data, data);
  return data;
}

function checkSizes(engine: Engine, whole: Texts, written: Texts): void {
  for (const key of Object.keys(written)) {
    const size = dataSize({ [key]: written[key] as string });
    if (size > engine.maxKeyBytes) {
      const name = key.slice(0, 64);
      throw tooLarge(`"${name}" would take ${size} bytes`, engine.maxKeyBytes, "maxKeyBytes");
    }
  }
  const size = dataSize(whole);
  if (size > engine.maxBytes) {
    throw tooLarge(`The session would take ${size} bytes`, engine.maxBytes, "maxBytes");
  }
}

export function tooLarge(what: string, limit: number, option: string): TooLargeError {
  return new TooLargeError(
    `${what}, over the limit of ${limit} (option ${option}). Nothing was saved. ` +
      "Keep large things elsewhere and a reference here.",
  );
}

/** The record after a change that the store has acknowledged. */
export function applied(
  record: SessionRecord,
  change: Pick<SessionChange, "set" | "unset">,
  version: number,
): SessionRecord {
  return { ...record, data: merged(record.data, change), version };
}

function merged(data: Texts, { set, unset = [] }: Pick<SessionChange, "set" | "unset">): Texts {
  const whole = { ...data, ...set };
  for (const key of unset) delete whole[key];
  return whole;
}
