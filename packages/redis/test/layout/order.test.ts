import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createStore, type RedisReply } from "@sojourn/redis/layout";
import { startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";
import { expect, test, vi } from "vitest";
import { newPartition, newRecord } from "./redis.ts";

const NOW = 1_800_000_000_000;

/** A locale in which b comes before a, and a before B. */
const LOCALE = `LC_COLLATE
collating-symbol <first>
collating-symbol <second>
collating-symbol <third>
<first>
<second>
<third>
order_start forward
<U0062> <first>
<U0061> <second>
<U0042> <third>
order_end
END LC_COLLATE
LC_CTYPE
END LC_CTYPE
`;

// Only the C library of GNU has locales that are made so, and others to speak of.
const isGlibc = "glibcVersionRuntime" in (process.report.getReport() as { header: object }).header;

async function madeLocale(folder: string): Promise<void> {
  await writeFile(join(folder, "source"), LOCALE);
  // It ends with 1, since it warns of all that is missing there.
  const arguments_ = ["-c", "--no-archive", "-i", join(folder, "source"), join(folder, "odd")];
  await promisify(execFile)("localedef", arguments_).catch((error: { code: unknown }) => {
    if (error.code !== 1) throw error;
  });
}

test.runIf(isGlibc)(
  "handles have the order of their bytes, in whatever locale the server runs",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "sojourn-locale-"));
    await madeLocale(folder);
    vi.stubEnv("LC_ALL", "odd");
    vi.stubEnv("LOCPATH", folder);
    const server = await startRedis();
    vi.unstubAllEnvs();
    const client = new Redis(server.url);
    try {
      expect(await client.eval("return {'b' < 'a', 'a' < 'B'}", 0)).toEqual([1, 1]);

      const store = createStore({
        send: (_key, [command = "", ...args]) =>
          client.call(command, ...args) as Promise<RedisReply>,
      });
      const partition = newPartition();
      const handles = ["B", "a", "b", "b-", "bB", "ba"].map((name) => name.padEnd(22, "A"));
      const limit = { max: 6, onLimit: "evict-least-recent" } as const;
      for (const handle of handles.toReversed()) {
        await store.create(newRecord(NOW, { partition, handle }), NOW, { limit });
      }
      const listed = async (options = {}) =>
        (await store.list(partition, NOW, options)).map(({ handle }) => handle);
      expect(await listed()).toEqual(handles.toSorted());
      expect(await listed({ after: handles[1], limit: 2 })).toEqual(handles.toSorted().slice(2, 4));
      expect(await listed({ after: "b" })).toEqual(handles.toSorted().slice(2));
      // Of two that were seen at the same time the smaller one goes.
      const login = newRecord(NOW, { partition, handle: "z".repeat(22) });
      expect(await store.create(login, NOW, { limit })).toEqual({
        status: "created",
        evicted: [handles.toSorted()[0]],
      });
    } finally {
      client.disconnect();
      await server.stop();
      await rm(folder, { recursive: true });
    }
  },
);
