import type { Client } from "../client.ts";
import { CorruptRecordError } from "../errors.ts";
import type { SessionEvent } from "../events.ts";
import type { SessionRecord } from "../store.ts";
import { expiredBy } from "../timeouts.ts";
import { hashesOf, standing } from "./credential.ts";
import type { Engine } from "./engine.ts";
import { onceOf } from "./grants.ts";
import { credentialOf, hold, type Live, whoOf } from "./live.ts";
import { answerMismatch, mismatch } from "./fits-client.ts";
import { assertIntact, readSession } from "./load.ts";

/** ms for which a ticket is good: the time to open a socket (OWASP WebSocket Security). */
const LASTS = 60_000;

const TICKET = /^([\w-]{112})\.([\w-]{22})$/;

/**
 * A ticket goes where no cookie does, in the URL of a socket on another host: it names the session, is
 * good once, and only as long as the secret under which it was asked for.
 */
export function ticket(engine: Engine, live: Live): string {
  onceOf(engine, "A ticket");
  const { token } = engine.tokens.mint("ticket", live.record, engine.clock.now());
  return `${token}.${engine.seals.seal("ticket", token, live.presented)}`;
}

/** The session that a ticket names; null: none, and an event says why. */
export async function openTicket(
  engine: Engine,
  given: unknown,
  client: Client | null,
): Promise<Live | null> {
  const once = onceOf(engine, "A ticket");
  const arrivedAt = engine.clock.now();
  const [, token = "", seal = ""] = TICKET.exec(typeof given === "string" ? given : "") ?? [];
  const opened = engine.tokens.open(token);
  const nobody = { handle: opened?.ref.handle ?? null, userId: null };

  function refuse(reason: Refusal, record: SessionRecord | null = null): null {
    const who = record === null ? nobody : whoOf(record);
    engine.emit({ type: "ticket_refused", reason, ...who }, client);
    return null;
  }

  if (opened?.kind !== "ticket") return refuse("invalid");
  const expiresAt = opened.mintedAt + LASTS;
  if (arrivedAt >= expiresAt) return refuse("outlived");
  try {
    const record = await readSession(engine, opened.ref, arrivedAt);
    if (record === null || expiredBy(record, engine.policyOf(record), arrivedAt) !== null) {
      return refuse("gone");
    }
    assertIntact(record, { ...opened, kind: record.userId === null ? "anonymous" : "user" });
    const credential = credentialOf(record);
    const { grace } = engine.policyOf(record);
    const presented = hashesOf(credential).find((hash) =>
      engine.seals.holds(seal, "ticket", token, hash),
    );
    if (presented === undefined) return refuse("invalid", record);
    if (standing(credential, presented, arrivedAt, grace) === "reused") {
      return refuse("outlived", record);
    }
    if (!(await once.redeem(engine.nameOf("ticket", opened.hash), expiresAt, arrivedAt))) {
      return refuse("spent", record);
    }
    const live = await hold(engine, record, presented, arrivedAt, { client });
    // In this order: a mismatch may be what locks it.
    const part = mismatch(engine, live);
    const fits = part === null || (await answerMismatch(engine, live, part));
    return fits && live.lock === null ? live : refuse("gone", record);
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    engine.emit({ type: "record_corrupt", reason: null, ...nobody }, client);
    return null;
  }
}

type Refusal = Extract<SessionEvent, { type: "ticket_refused" }>["reason"];
