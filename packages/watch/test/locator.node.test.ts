import { ConfigurationError } from "@sojourn/core";
import { fakeClock } from "@sojourn/testing";
import { distanceKm, type MaxmindLocator, maxmindLocator } from "@sojourn/watch/locator";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mmdb, type Value } from "./mmdb.ts";

const PARIS = {
  city: { names: { de: "Paris (de)", en: "Paris" } },
  country: { iso_code: "FR", names: { en: "France" }, is_in_european_union: true },
  location: { latitude: 48.8566, longitude: 2.3522, accuracy_radius: 20 },
};
const SYDNEY = {
  city: { names: { en: "Sydney" } },
  country: { iso_code: "AU" },
  location: { latitude: -33.8688, longitude: 151.2093, accuracy_radius: 1_000 },
};
const networks: Record<string, Value> = {
  "192.0.2.0/25": PARIS,
  "203.0.113.7/32": SYDNEY,
  "2001:db8:1::/48": SYDNEY,
  "2001:db8:2::/48": PARIS,
};
const inParis = {
  country: "FR",
  city: "Paris",
  latitude: 48.8566,
  longitude: 2.3522,
  accuracyKm: 20,
};
const inSydney = {
  country: "AU",
  city: "Sydney",
  latitude: -33.8688,
  longitude: 151.2093,
  accuracyKm: 1_000,
};

describe.each([24, 28, 32] as const)("a database with records of %i bits", (recordSize) => {
  const locator = maxmindLocator(mmdb({ networks, recordSize }));

  test.each([
    ["192.0.2.1", inParis],
    ["192.0.2.127", inParis],
    ["192.0.2.128", null],
    ["203.0.113.7", inSydney],
    ["203.0.113.8", null],
    ["::ffff:192.0.2.1", inParis],
    ["::FFFF:c000:0201", inParis],
    ["2001:db8:1::1", inSydney],
    ["2001:DB8:0002:0::ffff", inParis],
    ["2001:db8:3::1", null],
    ["10.0.0.1", null],
    ["127.0.0.1", null],
    ["::1", null],
  ])("%s is at the right place", (address, place) => {
    expect(locator.locate(address)).toEqual(place);
  });

  test.each(["", "unknown", "192.0.2", "192.0.2.1:443", "1".repeat(100_000), "192.0.2.1\n"])(
    "what is no address is nowhere (%#)",
    (address) => {
      expect(locator.locate(address)).toBeNull();
    },
  );
});

test("however many are asked for, each is at its place", () => {
  const locator = maxmindLocator(mmdb({ networks }));
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3_000; i++) {
      const inside = i % 2 === 0;
      const address = `${inside ? "2001:db8:2" : "2001:db8:3"}::${i.toString(16)}`;
      expect(locator.locate(address)).toEqual(inside ? inParis : null);
    }
  }
});

test("a database of IPv4 knows no IPv6", () => {
  const locator = maxmindLocator(
    mmdb({ ipVersion: 4, networks: { "32.0.0.0/3": SYDNEY, "192.0.2.0/24": PARIS } }),
  );
  expect(locator.locate("192.0.2.1")).toEqual(inParis);
  expect(locator.locate("::ffff:192.0.2.1")).toEqual(inParis);
  // 0x2001 begins with the bits of 32.1.
  expect(locator.locate("32.1.0.0")).toEqual(inSydney);
  expect(locator.locate("2001:db8:1::1")).toBeNull();
});

describe("a record that lacks things", () => {
  function locationOf(record: Value) {
    const type = "DBIP-Country-Lite";
    return maxmindLocator(mmdb({ type, networks: { "192.0.2.0/24": record } })).locate("192.0.2.1");
  }
  const nothing = { country: null, city: null, latitude: null, longitude: null, accuracyKm: null };

  test.each<[string, Value, object]>([
    ["a country alone", { country: { iso_code: "FR" } }, { country: "FR" }],
    [
      "a city whose name is not in English",
      { city: { names: { fr: "Genève" } } },
      { city: "Genève" },
    ],
    [
      "coordinates without a radius",
      { location: { latitude: -1.5, longitude: 2 } },
      { latitude: -1.5, longitude: 2 },
    ],
    [
      "half a coordinate",
      { country: { iso_code: "FR" }, location: { latitude: 48, accuracy_radius: 5 } },
      { country: "FR" },
    ],
    [
      "coordinates that are none",
      { country: { iso_code: "FR" }, location: { latitude: 148.5, longitude: 2.5 } },
      { country: "FR" },
    ],
    [
      "another type",
      { country: { iso_code: 7 }, city: { names: { en: "Bonn" } } },
      { city: "Bonn" },
    ],
  ])("%s: the rest is null", (_, record, found) => {
    expect(locationOf(record)).toEqual({ ...nothing, ...found });
  });

  test.each<[string, Value]>([
    ["a continent", { continent: { code: "EU" } }],
    ["only where the network is registered", { registered_country: { iso_code: "US" } }],
    ["a country that is a string", { country: "FR" }],
  ])("%s is no place", (_, record) => {
    expect(locationOf(record)).toBeNull();
  });
});

describe("what is no database of places is refused when configured, with the remedy", () => {
  const whole = mmdb({ networks });
  const overwritten = Buffer.from(whole);
  overwritten.fill(0xff, 0, whole.length - 400);

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", Buffer.alloc(0), /no database.*GeoLite2-City/],
    ["a text", Buffer.from("<html>Your licence has expired</html>"), /no database/],
    ["an archive", Buffer.from([0x1f, 0x8b, 8, 0, 0]), /compressed\. Unpack it/],
    ["half of a download", whole.subarray(0, whole.length / 2), /not all of one/],
    ["the end of a download", whole.subarray(-330), /damaged\. Download it again/],
    ["one without its last bytes", whole.subarray(0, -20), /damaged/],
    ["one that was overwritten", overwritten, /damaged/],
    ["one of networks' owners", mmdb({ type: "GeoLite2-ASN", networks }), /"GeoLite2-ASN".*City/],
    ["one of a later format", mmdb({ majorVersion: 3, networks }), /version 3/],
  ])("%s", (_, bytes, message) => {
    expect(() => maxmindLocator(bytes)).toThrow(ConfigurationError);
    expect(() => maxmindLocator(bytes)).toThrow(message);
  });

  test.each<[string, unknown, object, RegExp]>([
    ["no database", undefined, {}, /path of a file/],
    ["an empty path", "", {}, /path of a file/],
    ["a timer for bytes", whole, { checkEvery: 60_000 }, /Give its path/],
    ["a timer that never rests", "a.mmdb", { checkEvery: 1 }, /checkEvery is 1\. Write ms/],
    [
      "a file that is not there",
      "/nowhere/a.mmdb",
      {},
      /\/nowhere\/a\.mmdb cannot be read \(ENOENT\)/,
    ],
    ["a folder", tmpdir(), {}, /cannot be read \(EISDIR\)/],
  ])("%s", (_, database, options, message) => {
    const make = () => maxmindLocator(database as string, options);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
});

describe("a file that is replaced", () => {
  const places = (record: Value) => mmdb({ networks: { "192.0.2.0/24": record } });
  let folder: string;
  let files = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sojourn-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fileOf(bytes: Uint8Array): Promise<string> {
    const path = join(folder, `${files++}.mmdb`);
    await writeFile(path, bytes);
    return path;
  }
  /** As updaters do it: written beside, moved into place. */
  async function replace(path: string, bytes: Uint8Array): Promise<void> {
    await rename(await fileOf(bytes), path);
  }
  const cityOf = (locator: MaxmindLocator) => locator.locate("192.0.2.1")?.city;

  test("is read again when asked, and only if it is another", async () => {
    const path = await fileOf(places(PARIS));
    const locator = maxmindLocator(path);
    expect(await locator.reload()).toBe(false);
    await replace(path, places(SYDNEY));
    expect(cityOf(locator)).toBe("Paris");
    expect(await Promise.all([locator.reload(), locator.reload()])).toEqual([true, true]);
    expect(cityOf(locator)).toBe("Sydney");
    expect(await locator.reload()).toBe(false);
  });

  test("by a damaged one, or by none: the one from before stays in force", async () => {
    const path = await fileOf(places(PARIS));
    const locator = maxmindLocator(path);
    await replace(path, Buffer.from("half a download"));
    await expect(locator.reload()).rejects.toThrow(ConfigurationError);
    expect(cityOf(locator)).toBe("Paris");
    await rm(path);
    await expect(locator.reload()).rejects.toThrow(/ENOENT/);
    expect(cityOf(locator)).toBe("Paris");
    await replace(path, places(SYDNEY));
    expect(await locator.reload()).toBe(true);
    expect(cityOf(locator)).toBe("Sydney");
  });

  test("is noticed by itself where that was asked for, until closed", async () => {
    const clock = fakeClock();
    const warnings: string[] = [];
    const path = await fileOf(places(PARIS));
    const locator = maxmindLocator(path, {
      checkEvery: 3_600_000,
      clock,
      onWarning: (message) => warnings.push(message),
    });
    await replace(path, places(SYDNEY));
    await clock.advance(3_599_999);
    expect(cityOf(locator)).toBe("Paris");
    await clock.advance(1);
    // Joins the look that the timer began.
    await locator.reload();
    expect(cityOf(locator)).toBe("Sydney");

    await replace(path, Buffer.from("half a download"));
    await clock.advance(3_600_000);
    await expect.poll(() => warnings).toEqual([expect.stringMatching(/no database/)]);
    expect(cityOf(locator)).toBe("Sydney");

    await expect.poll(() => clock.sleeping).toBe(1);
    locator.close();
    expect(clock.sleeping).toBe(0);
    expect(cityOf(locator)).toBe("Sydney");
  });

  test("no timer runs unless asked for", async () => {
    const clock = fakeClock();
    maxmindLocator(await fileOf(places(PARIS)), { clock });
    expect(clock.sleeping).toBe(0);
  });
});

describe("the distance", () => {
  const at = (latitude: number | null, longitude: number | null) => ({ latitude, longitude });

  test.each([
    ["from Paris to Sydney", inParis, inSydney, 16_960],
    ["to the same place", inParis, inParis, 0],
    ["from pole to pole", at(90, 0), at(-90, 123), 20_015],
    ["half around the equator", at(0, -90), at(0, 90), 20_015],
    ["across the date line", at(0, 179.5), at(0, -179.5), 111],
  ])("%s", (_, from, to, km) => {
    expect(distanceKm(from, to)).toBeCloseTo(km, -1);
    expect(distanceKm(to, from)).toBe(distanceKm(from, to));
  });

  test("to who knows where is not known", () => {
    expect(distanceKm(inParis, at(null, null))).toBeNull();
    expect(distanceKm(at(1, null), inParis)).toBeNull();
  });
});
