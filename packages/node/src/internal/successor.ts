import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream";
import { sendError } from "./answer.ts";
import { discardHead } from "./head.ts";
import type { Flow } from "./lock.ts";

/**
 * Whoever answers in place of a handler whose answer was refused: mostly an error handler. Both hold
 * the same response, so they are told apart by what their calls follow from: the successor's from the
 * call that handed it the response, through all it awaits, and nobody else's (decision 0005).
 */
export interface Successor {
  /** Whether it is the successor who calls. Nobody else is heard. */
  isCalling(): boolean;
  /** Hands the response over. */
  appoint(reply: (error: unknown) => void): void;
}

const callers = new AsyncLocalStorage<object>();
let appointed = 0;

// Code that keeps callbacks of its own (a pool of connections, an emitter) may hide from us who calls.
// So that nobody waits for a successor that is not heard, the error answers for itself after this, in ms.
const PATIENCE = 2_000;

export function createSuccessor(res: ServerResponse, flow: Flow, error: unknown): Successor {
  // An object for each appointment: whoever had an earlier one is not heard any more.
  let appointment = {};
  let patience: NodeJS.Timeout | undefined;

  function isCalling(): boolean {
    const known = callers.getStore() === appointment;
    if (known) patience?.refresh();
    else if (!flow.over) patience ??= setTimeout(stepIn, PATIENCE).unref();
    return known;
  }

  function appoint(reply: (error: unknown) => void): void {
    appointment = {};
    callers.run(appointment, reply, error);
  }

  function stepIn(): void {
    if (flow.over || res.destroyed) return;
    if (res.writableNeedDrain) return void patience?.refresh();
    if (res.headersSent) return void res.destroy();
    appoint(() => {
      discardHead(res, error);
      sendError(res, error).catch((failure) => res.destroy(failure));
    });
  }

  guardHead(res, isCalling);
  followRequest(res.req);
  appointed++;
  finished(res, { error: false }, release);
  return { isCalling, appoint };
}

/** Before Node 24 a storage in use makes each `await` of the process four times as slow (async hooks). */
function release(): void {
  appointed--;
  if (appointed === 0) callers.disable();
}

type Listener = ((...args: unknown[]) => void) & { readonly listener?: Listener };

/** What the successor does on events of the request, which come from the connection, is still its own. */
function followRequest(req: IncomingMessage): void {
  const { on } = req;

  function listen(event: string, listener: Listener): IncomingMessage {
    const caller = callers.getStore();
    if (caller === undefined) return on.call(req, event, listener);
    const { listener: once } = listener;
    function follow(...args: unknown[]): void {
      if (once) req.removeListener(event, follow);
      callers.run(caller as object, () => listener.apply(req, args));
    }
    // The name by which Node removes a listener that is wrapped.
    return on.call(req, event, Object.assign(follow, { listener: once ?? listener }));
  }

  req.on = listen as typeof on;
  req.addListener = listen as typeof on;
}

const EDITS = ["setHeader", "setHeaders", "appendHeader", "removeHeader"] as const;

/** Lets nobody else change the status and the headers of the answer to come. */
function guardHead(res: ServerResponse, mayEdit: () => boolean): void {
  for (const name of EDITS) {
    const edit = res[name] as (...args: unknown[]) => unknown;
    const guarded = (...args: unknown[]) => (mayEdit() ? edit.apply(res, args) : res);
    Object.defineProperty(res, name, { value: guarded, writable: true, configurable: true });
  }
  let status = res.statusCode;
  Object.defineProperty(res, "statusCode", {
    get: () => status,
    set(given: number) {
      if (!mayEdit()) return;
      status = given;
      // In HTTP/2 it is a setter, which Node reads elsewhere.
      Reflect.set(Object.getPrototypeOf(res), "statusCode", given, res);
    },
    enumerable: true,
    configurable: true,
  });
}
