import type { Store } from "@sojourn/core";

/** Of your database's client, what you use. */
export interface Client {
  query(sql: string, ...values: unknown[]): Promise<unknown[]>;
  transaction<T>(run: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function myStore(client: Client): Store {
  return {
    async create(record, now, { limit, replaces } = {}) {
      // In one transaction that holds the partition: is the handle taken (`exists`)? Was there a
      // deleteAll since (`revoked`)? How many live records are there without `replaces`, and who
      // must go? Then insert.
      return todo(client, record, now, limit, replaces);
    },
    async read(ref, now) {
      // One round trip. Null unless `now` is before both deadlines.
      return todo(client, ref, now);
    },
    async update(ref, change, now, { ifVersion, maxBytes } = {}) {
      // In one transaction that holds the record: is it live? `ifVersion`? `expect`? `maxBytes`? Then
      // data key by key, `envelope`, the later times of `touch`, `credential` if it still is `from`.
      return todo(client, ref, change, now, ifVersion, maxBytes);
    },
    async delete(ref, { ifVersion } = {}) {
      return todo(client, ref, ifVersion);
    },
    async list(partition, now, { limit = 1_000, after, withData = false } = {}) {
      return todo(client, partition, now, limit, after, withData);
    },
    async deleteAll(partition, now, { except } = {}) {
      // In one transaction: the records, and the stamp that a later `create` looks at.
      return todo(client, partition, now, except);
    },
    async sweep(now, limit) {
      // By an index on the earlier deadline. Lock what you take, or two sweepers get the same.
      return todo(client, now, limit);
    },
  };
}

function todo(...needed: unknown[]): never {
  throw new Error(`To do, with ${needed.length} values.`);
}
