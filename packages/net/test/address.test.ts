import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalAddress, inNetwork, networkOf } from "@sojourn/net";
import { address6, spellings4, spellings6, urlSpelling } from "./addresses.ts";

describe("canonicalAddress", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    // RFC 5952 section 4.1: no leading zeros. 4.3: lower case.
    ["2001:0DB8::0001", "2001:db8::1"],
    // 4.2.1: shorten as much as possible. 4.2.2: but not one group. 4.2.3: the first of the longest.
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    // RFC 4291 section 2.5.5.2: IPv4-mapped.
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:0201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
    // Not mapped, although parts of it look so: NAT64, and the deprecated IPv4-compatible form.
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::127.0.0.1", "::7f00:1"],
    ["::ffff:0:192.0.2.1", "::ffff:0:c000:201"],
    // RFC 4007 section 6: the zone belongs to this machine.
    ["fe80::1%eth0", "fe80::1"],
    ["fe80::1%2", "fe80::1"],
    ["FE80:0:0::1%en-0.1", "fe80::1"],
  ])("J4: %s is %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    [""],
    [" 192.0.2.1"],
    ["192.0.2.1 "],
    ["192.0.2.1\n"],
    ["192.0.2.1:80"],
    ["[2001:db8::1]"],
    ["192.0.2.1/32"],
    // inet_aton spellings, which programs read differently.
    ["127.1"],
    ["2130706433"],
    ["0x7f.0.0.1"],
    ["010.0.0.1"],
    ["192.0.2.01"],
    ["192.0.2.256"],
    ["192.0.2"],
    ["192.0.2.1.1"],
    ["192.0.2.1%eth0"],
    ["١٩٢.0.2.1"],
    [":"],
    [":::"],
    ["::1::"],
    ["1:2:3:4:5:6:7"],
    ["1:2:3:4:5:6:7:8:9"],
    ["1:2:3:4:5:6:7:8::"],
    [":1:2:3:4:5:6:7:8"],
    ["1:2:3:4:5:6:7:"],
    ["::0:"],
    ["12345::"],
    ["g::1"],
    ["::192.0.2.01"],
    ["::192.0.2.256"],
    ["192.0.2.1::"],
    ["fe80::1%"],
    ["fe80::1%eth0%eth1"],
    ["fe80::1%eth0 evil"],
    [`fe80::1%${"e".repeat(33)}`],
    ["unknown"],
    ["localhost"],
    ["__proto__"],
  ])("%j is not an address", (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });

  test("J4: every spelling of an IPv6 address gives the same text", () => {
    fc.assert(
      fc.property(spellings6(), ([groups, spelling]) => {
        expect(canonicalAddress(spelling)).toBe(urlSpelling(groups));
      }),
    );
  });

  test("J4: every spelling of an IPv4 address gives the same text", () => {
    fc.assert(
      fc.property(spellings4(), ([address, spelling]) => {
        expect(canonicalAddress(spelling)).toBe(address);
      }),
    );
  });

  test("is its own canonical form", () => {
    fc.assert(
      fc.property(spellings6(), ([, spelling]) => {
        const once = canonicalAddress(spelling) ?? "";
        expect(canonicalAddress(once)).toBe(once);
      }),
    );
  });

  // The parser of WHATWG URL is an independent one, present in every runtime.
  test("takes exactly the IPv6 addresses that a URL takes", () => {
    const piece = fc.constantFrom(
      ":",
      "::",
      "a",
      "0",
      "00",
      "fFfF",
      "12345",
      "0:",
      "1.2.3.4",
      "256",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const text = `:${pieces.join("")}`;
        // WebKit's parser, which Bun has, takes "::0:".
        fc.pre(!/[^:]:$/.test(text));
        expect(canonicalAddress(text) !== null).toBe(URL.canParse(`http://[${text}]/`));
      }),
      { numRuns: 2000 },
    );
  });

  test("takes text of any size without effort", () => {
    for (const part of ["1", ":", "1:", "0.", "%", "f"]) {
      expect(canonicalAddress(part.repeat(100_000))).toBeNull();
    }
  });
});

describe("networkOf", () => {
  test.each([
    ["203.0.113.7", undefined, "203.0.113.0/24"],
    ["2001:db8:1:2ff:3:4:5:6", undefined, "2001:db8:1:200::/56"],
    ["203.0.113.7", { ipv4: 32, ipv6: 128 }, "203.0.113.7/32"],
    ["203.0.113.7", { ipv4: 25, ipv6: 64 }, "203.0.113.0/25"],
    ["203.0.113.7", { ipv4: 0, ipv6: 0 }, "0.0.0.0/0"],
    ["2001:db8:1:2ff:3:4:5:6", { ipv4: 24, ipv6: 64 }, "2001:db8:1:2ff::/64"],
    ["2001:db8::1", { ipv4: 24, ipv6: 128 }, "2001:db8::1/128"],
    ["2001:db8::1", { ipv4: 24, ipv6: 0 }, "::/0"],
    ["fe80::1%eth0", undefined, "fe80::/56"],
    // A mapped address is an IPv4 client: a /56 of it would be everybody.
    ["::ffff:203.0.113.7", undefined, "203.0.113.0/24"],
    ["203.0.113.0/24", undefined, null],
    ["unknown", undefined, null],
  ])("%s with %o is in %s", (address, prefixes, network) => {
    expect(networkOf(address, prefixes)).toBe(network);
  });

  test("J4: moving within a /64 does not change the network", () => {
    const host = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 0xffff })));
    fc.assert(
      fc.property(address6(), host, (groups, other) => {
        const home = groups.slice(0, 4);
        // All of ::/64 begins like a mapped address.
        fc.pre(home.some((group) => group !== 0));
        const prefixes = { ipv4: 24, ipv6: 64 };
        expect(networkOf([...home, ...other].map(hex).join(":"), prefixes)).toBe(
          networkOf(groups.map(hex).join(":"), prefixes),
        );
      }),
    );
  });

  test("an address is in its own network", () => {
    fc.assert(
      fc.property(
        fc.oneof(spellings6(), spellings4()),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 128 }),
        ([, address], ipv4, ipv6) => {
          const network = networkOf(address, { ipv4, ipv6 });
          // ::/64 and shorter hold the mapped addresses, which are IPv4 here.
          expect(inNetwork(address, network ?? "")).toBe(true);
        },
      ),
    );
  });

  test.each([
    [{ ipv4: 33, ipv6: 56 }, "The ipv4 prefix is 33. It is a number of bits from 0 to 32"],
    [{ ipv4: 24, ipv6: 129 }, "The ipv6 prefix is 129. It is a number of bits from 0 to 128"],
    [{ ipv4: -1, ipv6: 56 }, "The ipv4 prefix is -1."],
    [{ ipv4: 24, ipv6: 1.5 }, "The ipv6 prefix is 1.5."],
    [{ ipv4: Number.NaN, ipv6: 56 }, "The ipv4 prefix is NaN."],
  ])("refuses %o, whatever the address", (prefixes, message) => {
    expect(() => networkOf("unknown", prefixes)).toThrow(message);
  });
});

describe("inNetwork", () => {
  test.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.0.0.127", "10.0.0.0/25", true],
    ["10.0.0.128", "10.0.0.0/25", false],
    ["10.0.0.1", "10.0.0.1", true],
    ["10.0.0.2", "10.0.0.1", false],
    ["10.0.0.2", "0.0.0.0/0", true],
    ["2001:db8:ff::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["2001:DB8::1", "2001:db8:0::1", true],
    ["fe80::1%eth0", "fe80::/10", true],
    // IPv4-mapped, on either side.
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["11.1.2.3", "::ffff:10.0.0.0/104", false],
    // The families do not mix.
    ["10.1.2.3", "::/0", false],
    ["::1", "0.0.0.0/0", false],
    ["::7f00:1", "127.0.0.0/8", false],
    ["unknown", "0.0.0.0/0", false],
    ["127.1", "127.0.0.0/8", false],
  ])("%s in %s: %s", (address, cidr, expected) => {
    expect(inNetwork(address, cidr)).toBe(expected);
  });

  test.each([
    ["", "is not an address or a network"],
    ["10.0.0.0/33", "a number of bits from 0 to 32"],
    ["10.0.0.0/", "a number of bits from 0 to 32"],
    ["10.0.0.0/08", "a number of bits from 0 to 32"],
    ["10.0.0.0/255.0.0.0", "a number of bits from 0 to 32"],
    ["2001:db8::/129", "a number of bits from 0 to 128"],
    ["10.1.2.3/8", 'Write "10.0.0.0/8" for the network, or "10.1.2.3" for the one address'],
    ["2001:db8::1/32", 'Write "2001:db8::/32" for the network'],
    ["fe80::1%eth0", "is not an address or a network"],
    ["::ffff:0:0/90", "has bits set after the first 90"],
    ["::ffff:10.1.2.3/104", 'Write "::ffff:a00:0/104" for the network'],
    ["10.0.0.0/8 ", "a number of bits from 0 to 32"],
    ["x".repeat(1000), "is not an address or a network"],
  ])("refuses %j as a network and says what to write", (cidr, message) => {
    expect(() => inNetwork("10.0.0.1", cidr)).toThrow(TypeError);
    expect(() => inNetwork("10.0.0.1", cidr)).toThrow(message);
  });
});

function hex(group: number): string {
  return group.toString(16);
}
