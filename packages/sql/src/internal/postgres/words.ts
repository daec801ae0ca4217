import sql from "sql-template-tag";
import type { Words } from "../update.ts";

/** `::text::jsonb`: a client that knows the type of a parameter would turn a text into JSON again. */
export const words: Words = {
  larger: (a, b) => sql`greatest((${a})::bigint, (${b})::bigint)`,
  patched: (patch) => sql`jsonb_strip_nulls(data::jsonb || ${patch}::text::jsonb)::text`,
  // Counted, and not NOT EXISTS: of that PostgreSQL makes a join, and what has waited for a row's lock
  // looks at the row again, but not at what it was joined with, and finds nothing against it.
  has: (expected) => sql`(
    SELECT count(*) FROM jsonb_each_text(${expected}::text::jsonb) AS expected (key, value)
    WHERE expected.value IS DISTINCT FROM (data::jsonb ->> expected.key)
  ) = 0`,
  size: (data) => sql`(
    SELECT coalesce(sum(octet_length(replace(key, '\\', '')) + octet_length(value)), 0)
    FROM jsonb_each_text((${data})::jsonb) AS held (key, value)
  )`,
};
