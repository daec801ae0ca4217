import {
  checkText,
  type Marks,
  type Once,
  type References,
  type ReplicaTarget,
  type SessionRef,
} from "@sojourn/core";
import sql, { join } from "sql-template-tag";
import { integer, text } from "../record.ts";
import type { Query } from "../server.ts";
import { limited } from "../statements.ts";
import type { Tables } from "../tables.ts";
import { packText } from "../text.ts";
import type { Upserts } from "./upserts.ts";

/** What every database can do beyond the seven operations. */
export interface SqlPowers {
  readonly marks: Marks;
  readonly references: References;
  readonly once: Once;
}

/** Of `replicable: true`. */
export interface ReplicableSqlPowers extends SqlPowers {
  readonly replica: ReplicaTarget;
}

/** How many entries `find` gives unless asked otherwise. */
const FOUND = 1_000;

/** How many entries one statement removes: D1 takes 100 parameters. */
const REMOVED = 90;

/** Characters of a partition. The rest of what names a session in one text is the handle. */
const PARTITION = 16;

export function createPowers(query: Query, upserts: Upserts, tables: Tables): SqlPowers {
  return {
    marks: createMarks(query, upserts, tables),
    references: createReferences(query, upserts, tables),
    once: {
      async redeem(key, expiresAt, now) {
        const name = nameOf(key);
        return now < expiresAt && upserts.take(name, expiresAt, now);
      },
    },
  };
}

function createMarks(query: Query, upserts: Upserts, { marks }: Tables): Marks {
  return {
    async set(name, at) {
      return upserts.mark(nameOf(name), at);
    },

    async get(name) {
      const [row] = await query(sql`SELECT stamp FROM ${marks} WHERE name = ${nameOf(name)}`);
      return row === undefined ? null : integer(row.stamp);
    },
  };
}

function createReferences(query: Query, upserts: Upserts, { references }: Tables): References {
  return {
    async add(name, ref, expiresAt, now) {
      const packed = nameOf(name);
      if (now < expiresAt) await upserts.refer(packed, sessionOf(ref), expiresAt);
    },

    async find(name, now, limit = FOUND) {
      const rows = await query(sql`SELECT session FROM ${references}
        WHERE name = ${nameOf(name)} AND expires_at > ${now} ${limited(limit)}`);
      return rows.map((row) => refOf(text(row.session)));
    },

    async remove(name, refs) {
      const packed = nameOf(name);
      const sessions = refs.map(sessionOf);
      for (let start = 0; start < sessions.length; start += REMOVED) {
        const some = join(sessions.slice(start, start + REMOVED));
        await query(sql`DELETE FROM ${references} WHERE name = ${packed} AND session IN (${some})`);
      }
    },
  };
}

function nameOf(name: string): string {
  checkText(name);
  return packText(name);
}

function sessionOf({ partition, handle }: SessionRef): string {
  return partition + handle;
}

function refOf(session: string): SessionRef {
  return { partition: session.slice(0, PARTITION), handle: session.slice(PARTITION) };
}
