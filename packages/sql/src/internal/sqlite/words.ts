import sql from "sql-template-tag";
import type { Words } from "../update.ts";

export const words: Words = {
  larger: (a, b) => sql`max(${a}, ${b})`,
  patched: (patch) => sql`json_patch(data, ${patch})`,
  has: (expected) => sql`NOT EXISTS (
    SELECT 1 FROM json_each(${expected}) AS expected
    WHERE expected.value IS NOT (
      SELECT held.value FROM json_each(data) AS held WHERE held.key = expected.key
    )
  )`,
  size: (data) => sql`(
    SELECT coalesce(
      sum(length(CAST(replace(key, '\\', '') AS BLOB)) + length(CAST(value AS BLOB))), 0
    ) FROM json_each(${data})
  )`,
};
