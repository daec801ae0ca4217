import type { Layout } from "./layout.ts";
import { NOW, sampleRecord } from "./sample.ts";
import { inFlight, type Server } from "./server.ts";

export interface Load {
  readonly sessions: number;
  readonly perUser: number;
  readonly bytes: number;
}

/** Bytes of Redis memory that a session takes, among so many. */
export async function bytesPerSession(
  server: Server,
  layout: Layout,
  { sessions, perUser, bytes }: Load,
): Promise<number> {
  await server.empty();
  const operations = await layout.open(server, "sojourn:");
  const warm = sampleRecord(sessions * perUser, perUser, bytes);
  await operations.create(warm, NOW, 100);
  await server.empty();
  const before = await server.memory();
  await inFlight(sessions, 64, (i) => operations.create(sampleRecord(i, perUser, bytes), NOW, 100));
  const after = await server.memory();
  await server.empty();
  return (after - before) / sessions;
}
