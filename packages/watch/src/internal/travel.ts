import { distanceKm, type Location } from "./location.ts";

/** Where a user was at a time. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyKm: number;
  readonly at: number;
  /** "Lyon, FR". */
  readonly name: string;
}

export interface TravelLimits {
  /** km. */
  readonly minDistance: number;
  /** km/h. */
  readonly maxSpeed: number;
}

// Of most networks GeoLite2 says 20 to 200 km. A database that says nothing is not the better for it.
const UNSAID = 100;
const LONGEST_NAME = 64;

/** Null: the database does not know where. */
export function placeOf(location: Location | null, at: number): Place | null {
  if (location === null || location.latitude === null || location.longitude === null) return null;
  const { latitude, longitude, accuracyKm, city, country } = location;
  const name = [city, country].filter((part) => part !== null).join(", ");
  return {
    latitude,
    longitude,
    accuracyKm: accuracyKm ?? UNSAID,
    at,
    name: name.slice(0, LONGEST_NAME),
  };
}

/** What another process tells of a place; null: it is none. */
export function parsePlace(value: unknown): Place | null {
  if (typeof value !== "object" || value === null) return null;
  const { latitude, longitude, accuracyKm, at, name } = value as Record<keyof Place, unknown>;
  const numbers = [latitude, longitude, accuracyKm, at];
  if (!numbers.every(Number.isFinite) || typeof name !== "string") return null;
  return { latitude, longitude, accuracyKm, at, name: name.slice(0, LONGEST_NAME) } as Place;
}

/** How far and in what time, if nobody travels like that; null: somebody may. */
export function isImpossible(
  from: Place,
  to: Place,
  { minDistance, maxSpeed }: TravelLimits,
): { readonly km: number; readonly ms: number } | null {
  const ms = Math.abs(to.at - from.at);
  const apart = (distanceKm(from, to) ?? 0) - from.accuracyKm - to.accuracyKm;
  // In no time at all there is no speed, but a distance all the same.
  if (apart < minDistance || apart <= (maxSpeed * ms) / 3_600_000) return null;
  return { km: apart, ms };
}
