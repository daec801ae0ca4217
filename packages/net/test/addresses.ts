// Addresses and their spellings, for the property tests.
import fc from "fast-check";

const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));

/** Eight groups, zeros more often than chance would have them. Never IPv4-mapped. */
export function address6(): fc.Arbitrary<number[]> {
  return fc
    .array(group, { minLength: 8, maxLength: 8 })
    .filter((groups) => groups[5] !== 0xffff || groups.slice(0, 5).some((part) => part !== 0));
}

/** An IPv6 address, and one of the ways to write it. */
export function spellings6(): fc.Arbitrary<[number[], string]> {
  return address6().chain((groups) =>
    spellingOf(groups).map((spelling): [number[], string] => [groups, spelling]),
  );
}

/** An IPv4 address as it is written, and one of the ways to write it, mapped or not. */
export function spellings4(): fc.Arbitrary<[string, string]> {
  return fc.ipV4().chain((address) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
    const mapped = [0, 0, 0, 0, 0, 0xffff, (a << 8) | b, (c << 8) | d];
    return fc
      .oneof(fc.constant(address), spellingOf(mapped))
      .map((spelling): [string, string] => [address, spelling]);
  });
}

/** RFC 5952 as the URL parser of the runtime writes it. */
export function urlSpelling(groups: readonly number[]): string {
  const text = groups.map((part) => part.toString(16)).join(":");
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function spellingOf(groups: readonly number[]): fc.Arbitrary<string> {
  return fc
    .record({
      padding: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 }),
      upper: fc.boolean(),
      dotted: fc.boolean(),
      // Where to look for a run of zeros to compress, and how much of it to take.
      from: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 1, max: 8 }),
      zone: fc.constantFrom("", "", "%eth0", "%2"),
    })
    .map(({ padding, upper, dotted, from, length, zone }) => {
      let parts = groups.map((part, index) => part.toString(16).padStart(padding[index] ?? 1, "0"));
      if (dotted) parts = [...parts.slice(0, 6), dottedTail(groups)];
      let end = from;
      while (end < from + length && end < (dotted ? 6 : 8) && groups[end] === 0) end++;
      const text =
        end > from
          ? `${parts.slice(0, from).join(":")}::${parts.slice(end).join(":")}`
          : parts.join(":");
      return (upper ? text.toUpperCase() : text) + zone;
    });
}

function dottedTail(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}
