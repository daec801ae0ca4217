import type { SessionChange, UpdateOptions } from "@sojourn/core";
import { escaped, packOptional, packTime } from "./record.ts";

const LEFT = ".";

/** A change as the script for `update` takes it. */
export function changeArgs(
  { set = {}, unset = [], expect = {}, credential, touch, envelope = {} }: SessionChange,
  { ifVersion, maxBytes }: UpdateOptions,
): string[] {
  const { authenticatedAt, idleExpiresAt, expiresAt, facts } = envelope;
  const sets = Object.entries(set);
  const expects = Object.entries(expect);
  const changes = sets.length + unset.length + Object.keys(envelope).length > 0;
  return [
    ifVersion === undefined ? "" : String(ifVersion),
    maxBytes === undefined ? "" : String(maxBytes),
    changes ? "1" : "0",
    authenticatedAt === undefined ? LEFT : packTime(authenticatedAt),
    idleExpiresAt === undefined ? LEFT : String(idleExpiresAt),
    expiresAt === undefined ? LEFT : String(expiresAt),
    facts === undefined ? LEFT : escaped(packOptional(facts)),
    touch === undefined ? "" : String(touch.lastSeenAt),
    touch === undefined ? "" : String(touch.idleExpiresAt),
    credential === undefined ? "" : escaped(packOptional(credential.from)),
    credential === undefined ? "" : escaped(credential.to),
    String(sets.length),
    ...sets.flat().map(escaped),
    String(unset.length),
    ...unset.map(escaped),
    String(expects.length),
    ...expects.flatMap(([key, text]) => [escaped(key), escaped(packOptional(text))]),
  ];
}
