import { ConfigurationError } from "@sojourn/core";
import { canonicalAddress } from "@sojourn/net";
import { type CityResponse, Reader } from "maxmind";
import { Buffer } from "node:buffer";
import type { Location } from "./location.ts";

/** A database in memory, which has been checked. */
export interface Database {
  locate(address: string): Location | null;
}

/** What is read of a record; all of it may be missing, and a database of another maker may differ. */
interface Fields {
  readonly country?: { readonly iso_code?: unknown };
  readonly city?: { readonly names?: Readonly<Record<string, unknown>> };
  readonly location?: {
    readonly latitude?: unknown;
    readonly longitude?: unknown;
    readonly accuracy_radius?: unknown;
  };
}

// "MaxMind DB File Format Specification", Database Metadata: the last occurrence counts, and the
// section has at most 128 KiB.
const METADATA = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const METADATA_BYTES = 131_072;

/** Between the search tree and the data: 16 bytes of zeros. */
const SEPARATOR_BYTES = 16;

/** Addresses of which the place is remembered: some 200 kB. */
const REMEMBERED = 1_000;

/** An IPv6 address with an IPv4 one at its end. What is longer is none, or has a zone. */
const LONGEST_ADDRESS = 45;

const REMEDY =
  "Give it a database in MaxMind's format (.mmdb): GeoLite2-City or GeoLite2-Country of maxmind.com, " +
  "DB-IP's city or country lite, or what they sell.";

/** Checks the bytes of a database. Throws `ConfigurationError`; `name` is what it calls them. */
export function openDatabase(bytes: Uint8Array, name: string): Database {
  const reader = readerOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  const { databaseType, ipVersion } = reader.metadata;
  if (!/city|country|enterprise/i.test(databaseType)) {
    throw new ConfigurationError(
      `${name} is a database of type ${JSON.stringify(databaseType)}, which does not say where an address is. ${REMEDY}`,
    );
  }

  function locate(address: string): Location | null {
    // In the one spelling: of ::ffff:192.0.2.1 not all databases know that it is 192.0.2.1.
    const canonical = canonicalAddress(address);
    if (canonical === null) return null;
    // The tree of an IPv4 database is 32 bits deep, and would take the first of an IPv6 address.
    if (ipVersion === 4 && canonical.includes(":")) return null;
    return locationIn(reader.get(canonical) as Fields | null);
  }

  function probe(): void {
    // Once in each /8: a file whose data has been cut out or overwritten is found now, not in the
    // middle of somebody's login.
    for (let octet = 0; octet < 256; octet++) locate(`${octet}.1.1.1`);
    locate("2001:db8::1");
  }

  try {
    probe();
  } catch (cause) {
    throw damaged(name, cause);
  }
  // Detectors ask about the same few again and again.
  const remembered = new Map<string, Location | null>();
  return {
    locate(address) {
      const known = remembered.get(address);
      if (known !== undefined) return known;
      const found = placeOf(address);
      if (address.length <= LONGEST_ADDRESS) {
        // The one that was asked for first goes: a map is in the order of its entries.
        if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? "");
        remembered.set(address, found);
      }
      return found;
    },
  };

  function placeOf(address: string): Location | null {
    try {
      return locate(address);
    } catch {
      // A damaged record. Nobody's request fails because a place is not known.
      return null;
    }
  }
}

function readerOf(bytes: Buffer, name: string): Reader<CityResponse> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new ConfigurationError(`${name} is compressed. Unpack it, and give the .mmdb in it.`);
  }
  const end = bytes.subarray(Math.max(0, bytes.length - METADATA_BYTES)).lastIndexOf(METADATA);
  if (end === -1) {
    throw new ConfigurationError(`${name} is no database, or not all of one. ${REMEDY}`);
  }
  let reader: Reader<CityResponse>;
  try {
    reader = new Reader(bytes);
  } catch (cause) {
    throw damaged(name, cause);
  }
  const { binaryFormatMajorVersion, databaseType, ipVersion, searchTreeSize } = reader.metadata;
  if (binaryFormatMajorVersion !== 2) {
    throw new ConfigurationError(
      `${name} has version ${binaryFormatMajorVersion} of MaxMind's format; 2 can be read. ${REMEDY}`,
    );
  }
  const fits = searchTreeSize + SEPARATOR_BYTES <= bytes.length - METADATA.length;
  if (!fits || typeof databaseType !== "string" || (ipVersion !== 4 && ipVersion !== 6)) {
    throw damaged(name);
  }
  return reader;
}

function damaged(name: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `${name} is damaged. Download it again, and move it into place when it is complete.`,
    { cause },
  );
}

function locationIn(record: Fields | null): Location | null {
  if (record === null || typeof record !== "object") return null;
  const { location, city, country } = record;
  const latitude = within(location?.latitude, 90);
  const longitude = within(location?.longitude, 180);
  const known = latitude !== null && longitude !== null;
  const found: Location = {
    country: text(country?.iso_code),
    city: text(city?.names?.["en"] ?? Object.values(city?.names ?? {})[0]),
    latitude: known ? latitude : null,
    longitude: known ? longitude : null,
    accuracyKm: known ? within(location?.accuracy_radius, 20_038) : null,
  };
  return Object.values(found).every((value) => value === null) ? null : found;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function within(value: unknown, most: number): number | null {
  return typeof value === "number" && Math.abs(value) <= most ? value : null;
}
