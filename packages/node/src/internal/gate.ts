import type { ServerResponse } from "node:http";
import { createCalls, dropCall } from "./calls.ts";
import { createDrain } from "./drain.ts";
import { discardHead, headersOf } from "./head.ts";
import { type Flow, lock, sealed } from "./lock.ts";
import { cover } from "./methods.ts";
import { finishAll, type PartOfExchange } from "./saving.ts";
import { createSuccessor, type Successor } from "./successor.ts";

/**
 * Stands between a handler and its response: nothing leaves before the sessions are saved, and what
 * they owe leaves with the headers.
 *
 * `open`     the handler has not begun to answer
 * `held`     it has, and what it sends waits in a queue until the sessions are saved
 * `passing`  the headers have their cookies, and everything goes straight through
 *
 * From `open` it goes to `passing` at once if no session was asked for, or all are saved already.
 * From `held` it goes back to `open` if saving fails: nothing has left, and another answer can, from
 * a successor. The handler may go on as if its own had left, and nothing of that is heard.
 */
export interface Gate {
  /** Takes a session's exchange in. `answer` is called when the response cannot be what the handler sent. */
  add(exchange: PartOfExchange, answer: (error: unknown) => void): void;
  /** Whether the handler's answer was turned away, for its session could not be saved. */
  readonly refused: boolean;
  /** The handler failed: its changes are not saved. */
  fail(): void;
  /**
   * Saves before the handler's answer comes to the response, where a framework has a place for that,
   * and rejects where that fails. Where the response is on its way, the gate itself sees to it.
   */
  save(): Promise<void>;
}

// On the response itself: with a WeakMap the adapter costs a request that asks for no session 16 us
// instead of 3 (Node 24), nearly all of it in the garbage collector.
const GATE: unique symbol = Symbol("Sojourn gate");

/** One a response, however many sessions the request has. */
export function gateOf(res: ServerResponse & { [GATE]?: Gate }): Gate {
  return (res[GATE] ??= createGate(res));
}

function createGate(res: ServerResponse): Gate {
  const exchanges: PartOfExchange[] = [];
  const calls = createCalls();
  const flow: Flow = { ended: false, over: false, full: false };
  let state: "open" | "held" | "passing" = res.headersSent ? "passing" : "open";
  let saving: Promise<void> | undefined;
  let saved = false;
  let failed = false;
  let turns = 0;
  let answer: (error: unknown) => void;
  let successor: Successor | undefined;
  let unlock: (() => void) | undefined;

  // Others may have put theirs over the response's methods before, and may again after.
  const { writeHead, write, end, flushHeaders } = res;
  const methods = { writeHead, write, end, flushHeaders };
  const drain = createDrain(res);
  if (state === "passing") drain.close();

  function asked(): boolean {
    return exchanges.some((exchange) => exchange.asked);
  }

  function saveOnce(): Promise<void> {
    saving ??= finishAll(exchanges, failed || res.statusCode >= 500).finally(() => (saved = true));
    return saving;
  }

  function begin(): void {
    if (!saved && asked()) return hold();
    pass();
    drain.close();
  }

  function pass(): void {
    const headers = headersOf(res);
    for (const exchange of exchanges) {
      if (!saved) void exchange.finish();
      // If somebody has gone past us, the cookies are lost, not the process.
      if (!res.headersSent) exchange.apply(headers);
    }
    state = "passing";
  }

  function hold(): void {
    state = "held";
    // Whoever began to save hears of it when that fails, and answers.
    const reply = saving === undefined ? answer : undefined;
    close();
    saveOnce().then(release, (error: unknown) => refuse(error, reply));
  }

  function close(): void {
    unlock ??= lock(res, flow);
  }

  function open(): void {
    unlock?.();
    unlock = undefined;
  }

  function release(): void {
    open();
    pass();
    let given: unknown[];
    try {
      given = calls.run();
    } catch (error) {
      // The handler should have been thrown this, but is long past it.
      if (res.headersSent) return void res.destroy(error as Error);
      // Ours are among them, and come again.
      res.removeHeader("Set-Cookie");
      return refuse(error, answer);
    }
    // Whoever was told to wait is told to go on, unless it is now for the client.
    if (flow.full && !res.writableEnded && !given.includes(false)) drain.tell();
    drain.close();
  }

  function refuse(error: unknown, reply?: (error: unknown) => void): void {
    open();
    state = "open";
    gate.refused = true;
    // A handler in the middle of its answer will fail when that is closed, and frameworks then
    // break the connection: the client should not have begun another request on it.
    if (!flow.ended) res.shouldKeepAlive = false;
    calls.drop(error);
    discardHead(res, error);
    // Whoever has put theirs over ours since (`compression` does) is amid the answer that is given up.
    if (!isOutermost()) isOutermost = install();
    if (reply === undefined) return;
    successor = createSuccessor(res, flow, error);
    drain.restart(successor.isCalling);
    successor.appoint(reply);
  }

  /** Runs it now or when it may. Undefined: not now. */
  function leave<T>(run: () => T, args: readonly unknown[]): T | undefined {
    if (gate.refused && (res.writableEnded || successor?.isCalling() === false)) return drop(args);
    if (state === "open") begin();
    if (state === "passing") return run();
    calls.add(run, args);
    return undefined;
  }

  function drop(args: readonly unknown[]): undefined {
    dropCall(args, new Error("Another answer takes its place: the session could not be saved."));
  }

  /** Puts ours over the response's methods. Those that were put there before are dead. */
  function install(): () => boolean {
    const turn = ++turns;
    return cover(res, methods, {
      flow,
      send: (run, args = []) => (turn === turns ? leave(run, args) : drop(args)),
      addsHeaders() {
        if (state === "held") throw sealed("write");
        return turn === turns && state === "open" && asked();
      },
    });
  }

  let isOutermost = install();

  const gate: Gate & { refused: boolean } = {
    // Not a getter: as one object among thousands that would cost more than all the rest.
    refused: false,

    add(exchange, answerWith) {
      answer = answerWith;
      exchanges.push(exchange);
      // Too late for a session: it says so when it is asked for.
      if (saving !== undefined || state === "passing") void exchange.finish();
    },

    fail() {
      failed = true;
    },

    async save() {
      if (state !== "open" || saved || !asked()) return;
      // To anybody else the response is sent: one answer is enough.
      flow.ended = true;
      close();
      try {
        await saveOnce();
      } finally {
        open();
      }
    },
  };
  return gate;
}
