import { InvalidDataError } from "../errors.ts";
import { isForbiddenKey, stringifyJson } from "./json.ts";

export type Texts = Readonly<Record<string, string>>;

/** What a commit sends: only keys that changed, each with the text it was read as. */
export interface Changes {
  readonly set: Record<string, string>;
  readonly unset: string[];
  readonly expect: Record<string, string | null>;
}

/**
 * The handler's view of the data: a plain object behind a proxy that notes which top-level keys were
 * read and which assigned. Only those are compared at commit, so that a change deep inside a value
 * is seen, and a key that nobody touched costs nothing.
 */
export class Draft {
  /** What the handler sees and changes. */
  readonly data: Record<string, unknown>;

  readonly #values: Record<string, unknown>;
  /** The texts in the store as this draft knows them. */
  #stored: Texts;
  /** Key to its text when it was first read; undefined: it was absent. */
  readonly #read = new Map<string, string | undefined>();
  readonly #assigned = new Set<string>();
  /** The values were migrated: whatever is written, all that differs from the store goes with it. */
  readonly #migrated: boolean;
  readonly #guard: () => void;

  /** `guard` runs before every write and throws where none is possible any more. */
  constructor(
    values: Record<string, unknown>,
    stored: Texts,
    guard: () => void,
    migrated: boolean,
  ) {
    this.#values = values;
    this.#stored = stored;
    this.#migrated = migrated;
    this.#guard = guard;
    this.data = new Proxy(values, new Traps(this));
  }

  /** The handler reads a key. */
  note(key: PropertyKey): void {
    if (typeof key !== "string" || this.#read.has(key) || this.#assigned.has(key)) return;
    const values = this.#values;
    if (Object.hasOwn(values, key) || !(key in values)) this.#read.set(key, this.#textOf(key));
  }

  /** The handler is about to assign or delete a key. Throws where it cannot. */
  assign(key: PropertyKey): void {
    this.#guard();
    this.#assigned.add(assignable(key));
  }

  /** Whether `changes` has to be asked: most handlers only read. */
  get touched(): boolean {
    if (this.#assigned.size > 0) return true;
    for (const [key, text] of this.#read) if (this.#textOf(key) !== text) return true;
    return false;
  }

  /** Null where nothing changed. Throws `InvalidDataError` on what JSON cannot hold. */
  changes(): Changes | null {
    const set: Record<string, string> = Object.create(null) as Record<string, string>;
    const unset: string[] = [];
    const expect: Record<string, string | null> = Object.create(null) as Record<
      string,
      string | null
    >;
    const add = (key: string, text: string | undefined) => {
      if (text === undefined) unset.push(key);
      else set[key] = text;
      if (this.#read.has(key)) expect[key] = textAt(this.#stored, key) ?? null;
    };
    for (const key of new Set([...this.#read.keys(), ...this.#assigned])) {
      const text = this.#textOf(key);
      // Assigned and never read: a plain write, whatever is there.
      if (this.#read.has(key) ? text !== this.#read.get(key) : true) add(key, text);
    }
    if (unset.length === 0 && Object.keys(set).length === 0) return null;
    if (this.#migrated) {
      for (const key of new Set([...Object.keys(this.#stored), ...Object.keys(this.#values)])) {
        const text = this.#textOf(key);
        if (key in set || unset.includes(key) || text === textAt(this.#stored, key)) continue;
        add(key, text);
        expect[key] = textAt(this.#stored, key) ?? null;
      }
    }
    return { set, unset, expect };
  }

  /** All values as they stand, for the schema. */
  values(): Record<string, unknown> {
    return this.#values;
  }

  /** The store now holds these changes of this draft. */
  committed({ set, unset }: Changes): void {
    const stored = { ...this.#stored, ...set };
    for (const key of unset) delete stored[key];
    this.#stored = stored;
    for (const key of [...Object.keys(set), ...unset]) {
      this.#assigned.delete(key);
      this.#read.set(key, textAt(stored, key));
    }
  }

  /**
   * The store was changed by `update`: takes its values for every key that this draft has not
   * changed. One that it has changed keeps its old text, so that the commit finds the conflict.
   */
  rebase(values: Record<string, unknown>, stored: Texts): void {
    const kept: Record<string, string> = { ...stored };
    for (const key of new Set([...Object.keys(this.#values), ...Object.keys(values)])) {
      if (this.#isChanged(key)) {
        const before = textAt(this.#stored, key);
        if (before === undefined) delete kept[key];
        else kept[key] = before;
      } else if (textAt(this.#stored, key) !== textAt(stored, key)) {
        if (Object.hasOwn(values, key)) this.#values[key] = values[key];
        else delete this.#values[key];
        this.#read.delete(key);
      }
    }
    this.#stored = kept;
  }

  #isChanged(key: string): boolean {
    if (this.#assigned.has(key)) return true;
    return this.#read.has(key) && this.#textOf(key) !== this.#read.get(key);
  }

  #textOf(key: string): string | undefined {
    const value = Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
    return value === undefined ? undefined : stringifyJson(value, key);
  }
}

/** A class, so that a request makes no seven functions. */
class Traps implements ProxyHandler<Record<string, unknown>> {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  get(target: Record<string, unknown>, key: PropertyKey): unknown {
    this.#draft.note(key);
    return Reflect.get(target, key);
  }

  has(target: Record<string, unknown>, key: PropertyKey): boolean {
    this.#draft.note(key);
    return Reflect.has(target, key);
  }

  getOwnPropertyDescriptor(
    target: Record<string, unknown>,
    key: PropertyKey,
  ): PropertyDescriptor | undefined {
    this.#draft.note(key);
    return Reflect.getOwnPropertyDescriptor(target, key);
  }

  set(target: Record<string, unknown>, key: PropertyKey, value: unknown): boolean {
    this.#draft.assign(key);
    return Reflect.set(target, key, value);
  }

  defineProperty(
    target: Record<string, unknown>,
    key: PropertyKey,
    descriptor: PropertyDescriptor,
  ): boolean {
    this.#draft.assign(key);
    return Reflect.defineProperty(target, key, { ...descriptor, configurable: true });
  }

  deleteProperty(target: Record<string, unknown>, key: PropertyKey): boolean {
    this.#draft.assign(key);
    return Reflect.deleteProperty(target, key);
  }

  setPrototypeOf(): boolean {
    return false;
  }
}

/** The text under a key: none for what every object inherits, such as "toString". */
export function textAt(texts: Texts, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}

/** Throws where no key of the data can have this name. */
export function assignable(key: PropertyKey): string {
  if (typeof key !== "string" || isForbiddenKey(key) || !key.isWellFormed()) {
    throw new InvalidDataError(
      `A key of the session's data cannot be ${typeof key === "string" ? JSON.stringify(key) : "a symbol"}.`,
    );
  }
  return key;
}
