/** Four below each: half the levels of a binary heap, and the four keys lie in one cache line. */
const BELOW = 4;

/**
 * Row numbers by a key, the smallest key first: a heap that knows each row's place, so that any row
 * comes, moves or goes in O(log n). 16 bytes a row.
 */
export class Heap {
  #keys: Float64Array = new Float64Array(16);
  #rows: Int32Array = new Int32Array(16);
  /** Row number to its place in the two above. */
  #places: Int32Array = new Int32Array(16);
  #size = 0;

  /** How many places were looked at so far: what tests count, since they cannot time. */
  looks = 0;

  /** The row with the smallest key, if that is at most `bound`. */
  first(bound: number = Infinity): number | undefined {
    return this.#size > 0 && this.#keyAt(0) <= bound ? this.#rowAt(0) : undefined;
  }

  add(row: number, key: number): void {
    const place = this.#size++;
    if (place === this.#rows.length) {
      this.#keys = copied(this.#keys, new Float64Array(longer(place)));
      this.#rows = copied(this.#rows, new Int32Array(longer(place)));
    }
    if (row >= this.#places.length) {
      this.#places = copied(this.#places, new Int32Array(longer(row)));
    }
    this.#sift(row, key, place);
  }

  remove(row: number): void {
    const place = this.#placeOf(row);
    const end = --this.#size;
    if (place !== end) this.#sift(this.#rowAt(end), this.#keyAt(end), place);
  }

  move(row: number, key: number): void {
    this.#sift(row, key, this.#placeOf(row));
  }

  /** Puts a row where its key belongs, starting at a place that is free. */
  #sift(row: number, key: number, free: number): void {
    let place = free;
    while (place > 0) {
      const above = Math.floor((place - 1) / BELOW);
      if (this.#keyAt(above) <= key) break;
      this.#put(this.#rowAt(above), this.#keyAt(above), place);
      place = above;
    }
    for (;;) {
      const below = this.#smallestBelow(place);
      if (below === undefined || this.#keyAt(below) >= key) break;
      this.#put(this.#rowAt(below), this.#keyAt(below), place);
      place = below;
    }
    this.#put(row, key, place);
  }

  #smallestBelow(place: number): number | undefined {
    const from = place * BELOW + 1;
    const to = Math.min(from + BELOW, this.#size);
    if (from >= to) return undefined;
    let smallest = from;
    for (let other = from + 1; other < to; other++) {
      if (this.#keyAt(other) < this.#keyAt(smallest)) smallest = other;
    }
    return smallest;
  }

  #put(row: number, key: number, place: number): void {
    this.#rows[place] = row;
    this.#keys[place] = key;
    this.#places[row] = place;
  }

  #keyAt(place: number): number {
    this.looks++;
    return this.#keys[place] as number;
  }

  #rowAt(place: number): number {
    return this.#rows[place] as number;
  }

  #placeOf(row: number): number {
    return this.#places[row] as number;
  }
}

function longer(length: number): number {
  return Math.ceil((length + 1) * 1.25);
}

function copied<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
