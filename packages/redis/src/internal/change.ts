import type { SessionChange, UpdateOptions } from "@sojourn/core";
import { escaped, packOptional, packTime } from "./record.ts";

/** A change as the script for `update` takes it: words, each with two arguments, in this order. */
export function changeArgs(
  { set = {}, unset = [], expect = {}, credential, touch, envelope = {} }: SessionChange,
  { ifVersion, maxBytes }: UpdateOptions,
): string[] {
  const { authenticatedAt, idleExpiresAt, expiresAt, facts } = envelope;
  const args: string[] = [];
  const say = (word: string, first = "", second = "") => args.push(word, first, second);

  if (ifVersion !== undefined) say("ifVersion", String(ifVersion));
  for (const [key, text] of Object.entries(expect)) {
    if (text === null) say("absent", escaped(key));
    else say("expect", escaped(key), escaped(text));
  }
  if (maxBytes !== undefined) say("maxBytes", String(maxBytes));

  for (const [key, text] of Object.entries(set)) say("set", escaped(key), escaped(text));
  for (const key of unset) say("unset", escaped(key));
  if (authenticatedAt !== undefined) say("authenticatedAt", packTime(authenticatedAt));
  if (idleExpiresAt !== undefined) say("idleExpiresAt", String(idleExpiresAt));
  if (expiresAt !== undefined) say("expiresAt", String(expiresAt));
  if (facts !== undefined) say("facts", escaped(packOptional(facts)));
  // All but what follows changes the version.
  if (Object.keys({ ...set, ...envelope }).length + unset.length > 0) say("change");

  if (touch !== undefined) say("touch", String(touch.lastSeenAt), String(touch.idleExpiresAt));
  if (credential !== undefined) say("credential", escaped(credential.from), escaped(credential.to));
  return args;
}
