import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";

/** Whoever waits for a response's "drain". */
export interface Drain {
  tell(): void;
  /** From now on nobody is told by us. */
  close(): void;
}

export function createDrain(res: ServerResponse): Drain {
  const { on } = res;
  if (on === EventEmitter.prototype.on) {
    return { tell: () => void res.emit("drain"), close: () => {} };
  }
  // Somebody keeps the listeners elsewhere, where `emit` does not reach them: `compression` gives them
  // to the stream that it compresses with.
  const listeners = new Set<() => void>();
  let open = true;
  function listen(event: string, listener: () => void): ServerResponse {
    if (open && event === "drain") listeners.add(listener);
    return on.call(res, event, listener) as ServerResponse;
  }
  res.on = listen as typeof on;
  res.addListener = listen as typeof on;
  return {
    tell() {
      for (const listener of listeners) listener.call(res);
    },
    close() {
      open = false;
      listeners.clear();
    },
  };
}
