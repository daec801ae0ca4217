import { ConfigurationError } from "@sojourn/core";
import type { Acting, DetectorOptions } from "../detector.ts";

/** 400 days, as everywhere here. */
const LONGEST = 34_560_000_000;

/** Throws a `ConfigurationError` unless it is a whole number, 1 or more. */
export function checkCount(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && Number(value) >= 1) return;
  throw new ConfigurationError(`${name} is ${shown(value)}. Write a whole number, 1 or more.`);
}

/** Throws a `ConfigurationError` unless it is a number above 0. */
export function checkAbove(name: string, value: unknown, unit: string): void {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return;
  throw new ConfigurationError(`${name} is ${shown(value)}. Write a number of ${unit} above 0.`);
}

/** Throws a `ConfigurationError` unless it is a time in ms, from one second to 400 days. */
export function checkTime(name: string, value: unknown): void {
  if (Number.isInteger(value) && Number(value) >= 1_000 && Number(value) <= LONGEST) return;
  throw new ConfigurationError(
    `${name} is ${shown(value)}. Write ms, from 1000 to ${LONGEST}: ten minutes are 600_000.`,
  );
}

/** Throws a `ConfigurationError` for an option that there is not, which may be one that is misspelt. */
export function checkNames(of: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new ConfigurationError(
      `${of} has no option ${shown(name)}. Options: ${names.join(", ")}.`,
    );
  }
}

/** What all detectors can be told. */
export function checkDetector(of: string, options: DetectorOptions, own: readonly string[]): void {
  checkNames(of, options, [...own, "act", "quietFor"]);
  if (options.quietFor !== undefined) checkTime(`${of}: quietFor`, options.quietFor);
  checkAct(`${of}: act`, options.act);
}

const REVOKES: readonly unknown[] = [undefined, "session", "user"];
const FLAGS: readonly unknown[] = [undefined, true, false];

export function checkAct(name: string, act: Acting | undefined): void {
  if (act === undefined || typeof act === "function") return;
  if (typeof act !== "object" || act === null) {
    throw new ConfigurationError(`${name}: write an object such as { revoke: "session" }.`);
  }
  checkNames(name, act, ["revoke", "requireReauthentication", "throttle"]);
  if (!REVOKES.includes(act.revoke)) {
    throw new ConfigurationError(`${name}.revoke: write "session" or "user".`);
  }
  if (!FLAGS.includes(act.requireReauthentication)) {
    throw new ConfigurationError(`${name}.requireReauthentication: write true or false.`);
  }
  if (act.throttle !== undefined) checkTime(`${name}.throttle`, act.throttle);
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
}
