import type { NewSessionRecord, SessionRef } from "@sojourn/core";
import { Heap } from "./heap.ts";
import type { Journal } from "./journal.ts";
import { Partitions } from "./partitions.ts";
import { EXPIRES_AT, Rows } from "./rows.ts";

/** The rows and every order they are looked up in. Rows come and go only through here. */
export class Table {
  readonly rows: Rows = new Rows();
  readonly partitions: Partitions = new Partitions(this.rows);
  readonly #byDeadline = new Heap();
  readonly #anonymous = new Heap();
  readonly #journal: Journal | undefined;

  /** `journal`: is told of what goes. */
  constructor(journal?: Journal) {
    this.#journal = journal;
  }

  add(record: NewSessionRecord, version?: number): void {
    const [alike] = this.partitions.rowsOf(record.partition);
    const row = this.rows.add(record, alike, version);
    this.partitions.add(row);
    this.#byDeadline.add(row, this.rows.deadline(row));
    if (record.userId === null) this.#anonymous.add(row, this.rows.lastActive(row));
  }

  /** Removes a session that was ended, for all who follow. */
  end(row: number): void {
    const ref = { partition: this.rows.partition(row), handle: this.rows.handle(row) };
    const expiresAt = this.rows.time(row, EXPIRES_AT) as number;
    this.remove(row);
    this.#journal?.bury(ref, expiresAt);
  }

  remove(row: number): void {
    this.#journal?.forget(this.rows.partition(row), this.rows.handle(row));
    this.partitions.remove(row);
    this.#byDeadline.remove(row);
    if (this.rows.userId(row) === null) this.#anonymous.remove(row);
    this.rows.remove(row);
  }

  /** To be called when a row's times have changed. */
  moved(row: number): void {
    this.#byDeadline.move(row, this.rows.deadline(row));
    if (this.rows.userId(row) === null) this.#anonymous.move(row, this.rows.lastActive(row));
  }

  /** Of the rows that have expired by `now` the one that did first. */
  firstExpired(now: number): number | undefined {
    return this.#byDeadline.first(now);
  }

  /** The anonymous row that was seen least recently. */
  get firstAnonymous(): number | undefined {
    return this.#anonymous.first();
  }

  /** How much work the orders were so far, in places looked at. */
  get looks(): number {
    return this.#byDeadline.looks + this.#anonymous.looks;
  }

  isLive(row: number, now: number): boolean {
    return now < this.rows.deadline(row);
  }

  findLive(ref: SessionRef, now: number): number | undefined {
    const row = this.partitions.find(ref);
    return row !== undefined && this.isLive(row, now) ? row : undefined;
  }
}
