import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";

/** Whoever waits for a response's "drain". */
export interface Drain {
  tell(): void;
  /** From now on it is the response that tells them. */
  close(): void;
  /** Those who wait are told no more, and of those to come only whom `mayWait` lets. */
  restart(mayWait: () => boolean): void;
}

type Listener = () => void;
type On = (event: string, listener: Listener) => ServerResponse;

export function createDrain(res: ServerResponse): Drain {
  return res.on === EventEmitter.prototype.on ? createPlain(res) : createDeferred(res);
}

const NONE: readonly unknown[] = [];

function createPlain(res: ServerResponse): Drain {
  // Of whoever is to send what leaves us.
  const earlier = res.listenerCount("drain") === 0 ? NONE : res.rawListeners("drain");
  return {
    tell: () => void res.emit("drain"),
    close() {},
    restart(mayWait) {
      for (const listener of res.rawListeners("drain") as Listener[]) {
        if (!earlier.includes(listener)) res.removeListener("drain", listener);
      }
      admit(res, EventEmitter.prototype.on, mayWait);
    },
  };
}

/**
 * Somebody keeps the listeners elsewhere, where `emit` does not reach them and nobody removes them:
 * `compression` gives them to the stream that it compresses with. They get there when the answer does.
 */
function createDeferred(res: ServerResponse): Drain {
  const { removeListener } = res;
  const on = res.on as On;
  const waiting = new Set<Listener>();
  let open = true;

  function listen(event: string, listener: Listener): ServerResponse {
    if (!open || event !== "drain") return on.call(res, event, listener);
    waiting.add(listener);
    return res;
  }

  function remove(event: string, listener: Listener): ServerResponse {
    if (event === "drain") waiting.delete(listener);
    return removeListener.call(res, event, listener) as ServerResponse;
  }

  replaceOn(res, listen);
  res.removeListener = remove as typeof removeListener;
  res.off = remove as typeof removeListener;

  return {
    tell() {
      const now = [...waiting];
      for (const listener of now) listener.call(res);
    },
    close() {
      open = false;
      for (const listener of waiting) on.call(res, "drain", listener);
      waiting.clear();
    },
    restart(mayWait) {
      waiting.clear();
      admit(res, listen, mayWait);
    },
  };
}

/** Past whoever has put theirs over it since: they belong to the answer that is given up. */
function admit(res: ServerResponse, on: unknown, mayWait: () => boolean): void {
  replaceOn(res, (event, listener) =>
    event === "drain" && !mayWait() ? res : (on as On).call(res, event, listener),
  );
}

function replaceOn(res: ServerResponse, on: On): void {
  res.on = on as typeof res.on;
  res.addListener = on as typeof res.on;
}
