import {
  dataSize,
  type SessionChange,
  type SessionRecord,
  type UpdateOptions,
  type UpdateOutcome,
} from "@sojourn/core";

export type Refusal = Exclude<UpdateOutcome, { readonly status: "updated" }>;

/** Why the change may not be applied to what is there. Null: it may. */
export function refusal(
  record: SessionRecord | null,
  change: SessionChange,
  { ifVersion, maxBytes = Infinity }: UpdateOptions,
): Refusal | null {
  if (record === null) return { status: "gone" };
  const { expect = {} } = change;
  const conflicts =
    (ifVersion !== undefined && ifVersion !== record.version) ||
    Object.entries(expect).some(([key, text]) => text !== textOf(record, key));
  if (conflicts) return { status: "conflict", record };
  return dataSize(merged(record, change)) > maxBytes ? { status: "too-large" } : null;
}

/** Whether the change is one of those that a version counts. */
export function isCounted({ set = {}, unset = [], envelope = {} }: SessionChange): boolean {
  return Object.keys(set).length + unset.length + Object.keys(envelope).length > 0;
}

export function changesData({ set = {}, unset = [] }: SessionChange): boolean {
  return Object.keys(set).length + unset.length > 0;
}

/** The data with the change in it. */
export function merged(
  { data }: SessionRecord,
  { set = {}, unset = [] }: SessionChange,
): Record<string, string> {
  const gone = new Set(unset);
  // Spread and fromEntries define keys where an assignment to "__proto__" would not.
  return { ...Object.fromEntries(Object.entries(data).filter(([key]) => !gone.has(key))), ...set };
}

function textOf({ data }: SessionRecord, key: string): string | null {
  return Object.hasOwn(data, key) ? (data[key] as string) : null;
}
