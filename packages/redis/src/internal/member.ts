import type { SessionRef } from "@sojourn/core";

/** Characters of a partition. The rest of a member is the handle. */
const PARTITION = 16;

/** A ref as one text, for sorted sets. */
export function memberOf({ partition, handle }: SessionRef): string {
  return partition + handle;
}

export function refOf(member: unknown): SessionRef {
  const text = String(member);
  return { partition: text.slice(0, PARTITION), handle: text.slice(PARTITION) };
}
