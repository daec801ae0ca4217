import { describe, expect, test } from "vitest";
import { createTrust, type TrustProxy } from "@sojourn/net";

describe("who is trusted", () => {
  test.each([
    ["nobody by default", undefined, "127.0.0.1", 0, false],
    ["nobody with false", false, "127.0.0.1", 0, false],
    ["nobody with 0", 0, "127.0.0.1", 0, false],
    ["the first hop with 1", 1, "203.0.113.7", 0, true],
    ["not the second with 1", 1, "203.0.113.7", 1, false],
    ["an unknown address for its position", 1, null, 0, true],
    ["an address on the list", ["10.0.0.7"], "10.0.0.7", 0, true],
    ["its neighbour not", ["10.0.0.7"], "10.0.0.8", 0, false],
    ["a network on the list", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::7", 5, true],
    ["a mapped address of it", ["10.0.0.0/8"], "::ffff:10.0.0.7", 0, true],
    ["no unknown address by a list", ["loopback", "private", "linklocal"], null, 0, false],
    ["loopback", ["loopback"], "127.9.9.9", 0, true],
    ["loopback, IPv6", ["loopback"], "::1", 0, true],
    ["loopback is not private", ["loopback"], "10.0.0.1", 0, false],
    ["private 10", ["private"], "10.255.0.1", 0, true],
    ["private 172.16", ["private"], "172.31.0.1", 0, true],
    ["not 172.32", ["private"], "172.32.0.1", 0, false],
    ["private 192.168", ["private"], "192.168.0.1", 0, true],
    ["unique local IPv6", ["private"], "fd12::1", 0, true],
    ["carriers' shared space is not private", ["private"], "100.64.0.1", 0, false],
    ["link-local", ["linklocal"], "fe80::1", 0, true],
    ["link-local IPv4", ["linklocal"], "169.254.169.254", 0, true],
    ["an address and a position", { hops: 1, proxies: ["10.0.0.0/8"] }, "10.0.0.7", 0, true],
    ["not the address alone", { hops: 1, proxies: ["10.0.0.0/8"] }, "10.0.0.7", 1, false],
    ["not the position alone", { hops: 1, proxies: ["10.0.0.0/8"] }, "11.0.0.7", 0, false],
    ["no one beyond 32 hops", ["10.0.0.0/8"], "10.0.0.7", 32, false],
  ] satisfies [string, TrustProxy | undefined, string | null, number, boolean][])(
    "%s",
    (_, option, address, hop, expected) => {
      expect(createTrust(option).trusts(address, hop)).toBe(expected);
    },
  );
});

describe("a wrong option is refused when it is configured", () => {
  const wrong: [unknown, string][] = [
    [true, "true would let anyone forge an address by sending X-Forwarded-For. Write how many"],
    ["1", 'trustProxy is "1". Write false, a number of proxies (1), or a list'],
    ["loopback", 'trustProxy is "loopback". Write false, a number'],
    [null, "trustProxy is null. Write false"],
    [() => true, "trustProxy is a value of type function. Write false"],
    [-1, "names -1 hops. Write how many proxies a request passes on its way here: 0 for none"],
    [1.5, "names 1.5 hops"],
    [Number.NaN, "names NaN hops"],
    [Number.POSITIVE_INFINITY, "names Infinity hops"],
    [33, "at most 32"],
    [[], "empty list. To trust no proxy, write false"],
    [[""], "is not an address or a network"],
    [["10.0.0.0/33"], "after the slash stands a number of bits from 0 to 32"],
    [["10.0.0.1/8"], 'Write "10.0.0.0/8" for the network'],
    [["uniquelocal"], "The names are loopback, linklocal, private"],
    [["localhost"], "The names are loopback, linklocal, private"],
    [["nginx.example.com"], "is not an address or a network"],
    [[10], "Write addresses as strings"],
    [["0.0.0.0/0"], "every address there is, which lets anyone forge one"],
    [["::/0"], "every address there is"],
    [["::ffff:0:0/96"], "every address there is"],
    [["fe80::1%eth0"], "is not an address or a network"],
    [{}, "neither how many proxies there are nor where. Write { hops: 1 }"],
    [{ host: true }, "neither how many proxies there are nor where"],
    [{ hop: 1 }, 'no option "hop". It has hops, proxies, header and host'],
    [{ hops: "1" }, 'names "1" hops'],
    [{ proxies: "10.0.0.0/8" }, "Write a list, like"],
    [{ hops: 1, header: "x-real-ip" }, 'Write "x-forwarded-for" or "forwarded"'],
    [{ hops: 1, host: "example.com" }, "Write true if your proxy sets X-Forwarded-Host"],
    [{ hops: 1, header: "forwarded", host: true }, "the host comes from that header"],
  ];

  test.each(wrong)("%j", (option, remedy) => {
    expect(() => createTrust(option as TrustProxy)).toThrow(TypeError);
    expect(() => createTrust(option as TrustProxy)).toThrow(remedy);
  });
});
