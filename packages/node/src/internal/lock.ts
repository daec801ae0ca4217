import type { ServerResponse } from "node:http";
import { hasMessage } from "./head.ts";

/** How far the handler has come with its answer. */
export interface Flow {
  ended: boolean;
  /** Its end, or that of the answer in its place, has been passed on. */
  over: boolean;
  /** A write was told to wait for "drain". */
  full: boolean;
}

const FLOW: unique symbol = Symbol("Sojourn flow");

interface Locked extends ServerResponse {
  [FLOW]?: Flow;
}

function refuseEdit(): never {
  throw sealed("set");
}

function refuseSend(): never {
  throw sealed("write");
}

// The same functions for every response: with new ones V8 would make a class of each.
const COVER: [name: string, property: PropertyDescriptor & ThisType<Locked>][] = [
  ["headersSent", { get: () => true }],
  // `compression` before 1.8 asks Node's own field instead. Node would send what it finds there.
  ["_header", { get: () => "held" }],
  ["_send", { value: refuseSend, writable: true }],
  [
    "writableEnded",
    {
      get() {
        return this[FLOW]?.ended;
      },
    },
  ],
  [
    "writableNeedDrain",
    {
      get() {
        return this[FLOW]?.full && !this[FLOW].ended;
      },
    },
  ],
  ["setHeader", { value: refuseEdit, writable: true }],
  ["setHeaders", { value: refuseEdit, writable: true }],
  ["appendHeader", { value: refuseEdit, writable: true }],
  ["removeHeader", { value: refuseEdit, writable: true }],
];

/**
 * Makes a response look as it would if its headers had left, so that what a program does does not
 * depend on whether its session was asked for. Gives the way back.
 */
export function lock(res: Locked, flow: Flow): () => void {
  const { statusCode } = res;
  const message = hasMessage(res) ? res.statusMessage : "";
  const own = COVER.map(([name]) => Object.getOwnPropertyDescriptor(res, name));
  res[FLOW] = flow;
  for (const [name, property] of COVER) {
    Object.defineProperty(res, name, { ...property, configurable: true });
  }
  return () => {
    for (const [at, [name]] of COVER.entries()) {
      const property = own[at];
      if (property === undefined) Reflect.deleteProperty(res, name);
      else Object.defineProperty(res, name, property);
    }
    res.statusCode = statusCode;
    if (hasMessage(res)) res.statusMessage = message;
  };
}

/** What Node throws at whoever changes headers that have left. */
export function sealed(verb: "set" | "write"): Error {
  const error = new Error(`Cannot ${verb} headers after they are sent to the client`);
  return Object.assign(error, { code: "ERR_HTTP_HEADERS_SENT" });
}
