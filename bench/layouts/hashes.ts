import type { NewSessionRecord, SessionRef } from "@sojourn/core";
import type { Layout } from "./layout.ts";
import { FIELDS, TWO_HASHES } from "./prototypes.ts";

const SLACK = 60_000;

/** What the prototypes' scripts read of an envelope comes first, the names of the keys last. */
function envelopeOf({ data, ...record }: NewSessionRecord): string {
  return [
    Math.min(record.idleExpiresAt, record.expiresAt),
    record.lastSeenAt,
    1,
    record.createdAt,
    record.authenticatedAt,
    record.idleExpiresAt,
    record.policy,
    record.persistent ? 1 : 0,
    record.userId ?? "",
    record.facts ?? "",
    record.credential,
    Object.keys(data).join(","),
    "",
  ].join("\n");
}

function createArgs(record: NewSessionRecord, now: number, max?: number): string[] {
  const ttl = record.idleExpiresAt - now + SLACK;
  const data = Object.entries(record.data).flat();
  return [record.handle, `${now}`, `${ttl}`, `${max ?? ""}`, envelopeOf(record), ...data];
}

export const fieldPerKey: Layout = {
  name: "a hash per partition, a field a key",
  gives: [true, true, true, "the key goes after the longest session"],
  async open(server, prefix) {
    const [create, read, update] = await Promise.all([
      server.script(FIELDS.create),
      server.script(FIELDS.read),
      server.script(FIELDS.update),
    ]);
    const index = ({ partition }: SessionRef) => `${prefix}{${partition}}`;
    return {
      create: (record, now, max) => create(index(record), createArgs(record, now, max)),
      read: (ref) => read(index(ref), [ref.handle]),
      update: (ref, key, text, now) => update(index(ref), [ref.handle, `${now}`, key, text]),
    };
  },
};

export const twoHashes: Layout = {
  name: "a hash of envelopes, a hash of data a session",
  gives: [true, "victims' keys undeclared", "data's keys undeclared", true],
  async open(server, prefix) {
    const [create, read, update] = await Promise.all([
      server.script(TWO_HASHES.create),
      server.script(TWO_HASHES.read),
      server.script(TWO_HASHES.update),
    ]);
    const keys = ({ partition, handle }: SessionRef) => {
      const index = `${prefix}{${partition}}`;
      return [index, index + handle];
    };
    return {
      create: (record, now, max) => create(keys(record), createArgs(record, now, max)),
      read: (ref) => read(keys(ref), [ref.handle]),
      update: (ref, key, text, now) => update(keys(ref), [ref.handle, `${now}`, key, text]),
    };
  },
};
