import type { ServerResponse } from "node:http";
import { hasMessage } from "./head.ts";

/** How far the handler has come with its answer. */
export interface Flow {
  ended: boolean;
  /** A write was told to wait for "drain". */
  full: boolean;
}

/**
 * Makes a response look as it would if its headers had left, so that what a program does does not
 * depend on whether its session was asked for. Gives the way back.
 */
export function lock(res: ServerResponse, flow: Flow): () => void {
  const { statusCode } = res;
  const message = hasMessage(res) ? res.statusMessage : "";
  function edit(): never {
    throw sealed("set");
  }
  const unlock = cover(res, {
    headersSent: { get: () => true },
    writableEnded: { get: () => flow.ended },
    writableNeedDrain: { get: () => flow.full && !flow.ended },
    setHeader: { value: edit },
    setHeaders: { value: edit },
    appendHeader: { value: edit },
    removeHeader: { value: edit },
  });
  return () => {
    unlock();
    res.statusCode = statusCode;
    if (hasMessage(res)) res.statusMessage = message;
  };
}

/** What Node throws at whoever changes headers that have left. */
export function sealed(verb: "set" | "write"): Error {
  const error = new Error(`Cannot ${verb} headers after they are sent to the client`);
  return Object.assign(error, { code: "ERR_HTTP_HEADERS_SENT" });
}

/** Puts properties over those that an object has or inherits, and gives the way back. */
function cover(target: object, properties: PropertyDescriptorMap): () => void {
  const own = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [name, property] of Object.entries(properties)) {
    Object.defineProperty(target, name, { ...property, configurable: true });
  }
  return () => {
    for (const [name, property] of own) {
      if (property === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, property);
    }
  };
}
