import { type BindingAction, type BindingPart, isBindingAction } from "../binding.ts";
import { ConfigurationError } from "../errors.ts";
import type { Client, KeptClient } from "../client.ts";
import type { Facts } from "./facts.ts";
import type { Engine, WaitUntil } from "./engine.ts";
import { type Live, whoOf } from "./live.ts";
import { changeFacts } from "./change-facts.ts";

/** What a session of this client's notes of it. */
export function clientFacts(
  { clients }: Engine,
  client: Client | null,
): Pick<Facts, "client" | "bound"> {
  // Not the whole of NO_FACTS: it is spread over what a login noted.
  if (client === null) return { client: null, bound: null };
  return { client: clients.keep(client), bound: clients.bind(client) };
}

/** In what the client is not the one that the session is bound to; null: in nothing. */
export function mismatch(engine: Engine, { client, facts, record }: Live): BindingPart | null {
  if (client === null || record.userId === null) return null;
  return engine.clients.mismatch(facts, client);
}

/** Does what is to be done then, and gives whether the client may have the session all the same. */
export async function answerMismatch(
  engine: Engine,
  live: Live,
  part: BindingPart,
  waitUntil?: WaitUntil,
): Promise<boolean> {
  const { facts, record } = live;
  const client = live.client as Client;
  const action = await actionOn(engine, live, client, part);
  const was = wasOf(facts);
  const event = { type: "binding_mismatch", reason: part, action, was, ...whoOf(record) } as const;
  if (action === "report") {
    // Told once: whoever writes the new client down first tells it.
    const noted = changeFacts(engine, live, (now) => ({ ...now, ...clientFacts(engine, client) }), {
      unless: (now) => engine.clients.mismatch(now, client) === null,
    });
    const told = noted.then((written) => written && engine.emit(event, client));
    engine.inBackground(told, waitUntil);
    return true;
  }
  engine.emit(event, client);
  if (action === "reauthenticate") {
    live.lock = "binding";
    return true;
  }
  if (action === "revoke") {
    const revoked = { type: "session_revoked", reason: "binding", ...whoOf(record) } as const;
    if ((await engine.store.delete(record)) === "deleted") engine.ended(record, revoked, client);
  } else {
    engine.emit({ type: "token_refused", reason: "binding", ...whoOf(record) }, client);
  }
  return false;
}

async function actionOn(
  { clients }: Engine,
  { record, facts }: Live,
  client: Client,
  part: BindingPart,
): Promise<BindingAction> {
  const { onMismatch } = clients;
  if (typeof onMismatch !== "function") return onMismatch;
  const { handle, userId } = record as { handle: string; userId: string };
  const action = await onMismatch({ part, handle, userId, was: wasOf(facts), client });
  if (isBindingAction(action)) return action;
  throw new ConfigurationError(
    'binding.onMismatch gave none of "report", "reauthenticate", "reject" and "revoke".',
  );
}

function wasOf({ client }: Facts): KeptClient {
  return client ?? { address: null, userAgent: null };
}
