import { ABANDONED_AFTER, type NewSessionRecord, type SessionRecord } from "@sojourn/core";

export type Texts = Readonly<Record<string, string>>;

/** Where a row's times lie among its numbers. NaN stands for null. */
const CREATED_AT = 0;
export const AUTHENTICATED_AT = 8;
export const LAST_SEEN_AT = 16;
export const IDLE_EXPIRES_AT = 24;
export const EXPIRES_AT = 32;
const VERSION = 40;
const PERSISTENT = 44;
const ROW_BYTES = 48;

/**
 * Where a row's texts lie among those of its page: side by side, since a sweep comes to rows that nobody
 * has asked for in a long time, and what it waits for is memory. Data is no text, and lies there, too.
 */
const PARTITION = 0;
const HANDLE = 1;
const USER_ID = 2;
const POLICY = 3;
const CREDENTIAL = 4;
const FACTS = 5;
const DATA = 6;
const ROW_TEXTS = 7;

/** Rows come in pages, so that growing never copies what is there and leaves little unused. */
const PAGE = 512;

const NO_DATA: Texts = Object.freeze({});

/**
 * The records, in columns: a time takes 8 bytes here, and 24 as the field of an object. A row number
 * means its record until `remove`; afterwards another record may take the row.
 */
export class Rows {
  readonly #pages: Page[] = [];
  readonly #free: number[] = [];
  /** Rows below this one are in use or free. */
  #end = 0;
  /** Those of the session before: most have none to speak of, which is the same text. */
  #lastFacts: string | null = null;

  /** How many rows hold a record. */
  get count(): number {
    return this.#end - this.#free.length;
  }

  /** `alike`: a row of the same partition, to share its texts with. */
  add(record: NewSessionRecord, alike: number | undefined, version: number = 1): number {
    const row = this.#free.pop() ?? this.#end++;
    if (row === this.#pages.length * PAGE) this.#pages.push(createPage());
    const { partition, userId } = alike === undefined ? record : this.#ownerOf(alike);
    this.#setText(row, PARTITION, partition);
    this.#setText(row, HANDLE, record.handle);
    this.#setText(row, USER_ID, userId === record.userId ? userId : record.userId);
    this.#setText(row, POLICY, record.policy);
    const { numbers } = this.#pageOf(row);
    numbers.setUint32((row % PAGE) * ROW_BYTES + VERSION, version);
    numbers.setUint8((row % PAGE) * ROW_BYTES + PERSISTENT, Number(record.persistent));
    this.setCredential(row, record.credential);
    this.setFacts(row, record.facts);
    this.setData(row, { ...record.data });
    this.setTime(row, CREATED_AT, record.createdAt);
    this.setTime(row, AUTHENTICATED_AT, record.authenticatedAt);
    this.setTime(row, LAST_SEEN_AT, record.lastSeenAt);
    this.setTime(row, IDLE_EXPIRES_AT, record.idleExpiresAt);
    this.setTime(row, EXPIRES_AT, record.expiresAt);
    return row;
  }

  remove(row: number): void {
    this.#free.push(row);
    // Of what was in the row nothing stays in memory.
    for (let field = 0; field < DATA; field++) this.#setText(row, field, "");
    this.setData(row, NO_DATA);
  }

  /** A copy, as it goes out. */
  record(row: number, withData: boolean): SessionRecord {
    const { numbers } = this.#pageOf(row);
    return {
      partition: this.partition(row),
      handle: this.handle(row),
      userId: this.userId(row),
      credential: this.credential(row),
      createdAt: this.time(row, CREATED_AT) as number,
      authenticatedAt: this.time(row, AUTHENTICATED_AT),
      lastSeenAt: this.time(row, LAST_SEEN_AT),
      idleExpiresAt: this.time(row, IDLE_EXPIRES_AT) as number,
      expiresAt: this.time(row, EXPIRES_AT) as number,
      policy: this.#text(row, POLICY) as string,
      persistent: numbers.getUint8((row % PAGE) * ROW_BYTES + PERSISTENT) === 1,
      facts: this.#text(row, FACTS),
      data: withData ? { ...this.data(row) } : {},
      version: this.version(row),
    };
  }

  partition(row: number): string {
    return this.#text(row, PARTITION) as string;
  }

  handle(row: number): string {
    return this.#text(row, HANDLE) as string;
  }

  userId(row: number): string | null {
    return this.#text(row, USER_ID);
  }

  credential(row: number): string {
    return this.#text(row, CREDENTIAL) as string;
  }

  setCredential(row: number, credential: string): void {
    this.#setText(row, CREDENTIAL, credential);
  }

  setFacts(row: number, facts: string | null): void {
    // Equal texts are two in memory, unless one is taken twice.
    if (facts !== this.#lastFacts) this.#lastFacts = facts;
    this.#setText(row, FACTS, this.#lastFacts);
  }

  /** The row's own object: replaced when it changes, never changed. */
  data(row: number): Texts {
    return this.#pageOf(row).texts[(row % PAGE) * ROW_TEXTS + DATA] as Texts;
  }

  setData(row: number, data: Texts): void {
    const { texts } = this.#pageOf(row);
    texts[(row % PAGE) * ROW_TEXTS + DATA] = Object.keys(data).length === 0 ? NO_DATA : data;
  }

  version(row: number): number {
    return this.#pageOf(row).numbers.getUint32((row % PAGE) * ROW_BYTES + VERSION);
  }

  nextVersion(row: number): void {
    const { numbers } = this.#pageOf(row);
    numbers.setUint32((row % PAGE) * ROW_BYTES + VERSION, this.version(row) + 1);
  }

  time(row: number, field: number): number | null {
    const value = this.#pageOf(row).numbers.getFloat64((row % PAGE) * ROW_BYTES + field);
    return Number.isNaN(value) ? null : value;
  }

  setTime(row: number, field: number, value: number | null): void {
    const { numbers } = this.#pageOf(row);
    numbers.setFloat64((row % PAGE) * ROW_BYTES + field, value ?? Number.NaN);
  }

  /** From this ms on the record is as good as absent. */
  deadline(row: number): number {
    return Math.min(
      this.time(row, IDLE_EXPIRES_AT) as number,
      this.time(row, EXPIRES_AT) as number,
    );
  }

  lastActive(row: number): number {
    return this.time(row, LAST_SEEN_AT) ?? (this.time(row, CREATED_AT) as number);
  }

  isAbandoned(row: number, now: number): boolean {
    const createdAt = this.time(row, CREATED_AT) as number;
    return this.time(row, LAST_SEEN_AT) === null && now - createdAt >= ABANDONED_AFTER;
  }

  #text(row: number, field: number): string | null {
    return this.#pageOf(row).texts[(row % PAGE) * ROW_TEXTS + field] as string | null;
  }

  #setText(row: number, field: number, text: string | null): void {
    this.#pageOf(row).texts[(row % PAGE) * ROW_TEXTS + field] = text;
  }

  #pageOf(row: number): Page {
    return this.#pages[Math.floor(row / PAGE)] as Page;
  }

  #ownerOf(row: number): { partition: string; userId: string | null } {
    return { partition: this.partition(row), userId: this.userId(row) };
  }
}

interface Page {
  readonly texts: (string | null | Texts)[];
  readonly numbers: DataView;
}

function createPage(): Page {
  return {
    texts: Array.from({ length: PAGE * ROW_TEXTS }, () => ""),
    numbers: new DataView(new ArrayBuffer(PAGE * ROW_BYTES)),
  };
}
