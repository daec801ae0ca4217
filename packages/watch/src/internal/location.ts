/** Where an address is, as far as a database knows. Databases lack much, and err. */
export interface Location {
  /** ISO 3166-1: "FR". */
  readonly country: string | null;
  /** Its English name, if there is one. */
  readonly city: string | null;
  /** Degrees. Latitude and longitude are both known, or neither is. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** The radius around them, in km, in which the address is likely to be. */
  readonly accuracyKm: number | null;
}

/** Finds places for addresses. A detector asks it while somebody waits: it answers at once. */
export interface Locator {
  /** Null: not an address, one that is nowhere (10.0.0.1), or one that is not known. Never throws. */
  locate(address: string): Location | null;
}

/** The mean radius of the earth, in km (IUGG). */
const EARTH = 6_371.0088;

/** The way between two places in km, along a great circle. Null: one of them has no coordinates. */
export function distanceKm(
  from: Pick<Location, "latitude" | "longitude">,
  to: Pick<Location, "latitude" | "longitude">,
): number | null {
  if (from.latitude === null || from.longitude === null) return null;
  if (to.latitude === null || to.longitude === null) return null;
  const north = haversine(from.latitude - to.latitude);
  const east = haversine(from.longitude - to.longitude);
  const square = north + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * east;
  // Rounding can take opposite ends of the earth past 1, and asin(1.0000000000000002) is NaN.
  return 2 * EARTH * Math.asin(Math.sqrt(Math.min(1, square)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function haversine(degrees: number): number {
  return Math.sin(radians(degrees) / 2) ** 2;
}
