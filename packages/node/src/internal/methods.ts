import type { ServerResponse } from "node:http";
import { type HeadArguments, mergeHead } from "./head.ts";
import type { Flow } from "./lock.ts";

/** The methods that send a response. */
export type Methods = Pick<ServerResponse, "writeHead" | "write" | "end" | "flushHeaders">;

export interface Outlet {
  readonly flow: Flow;
  /** Runs it now, or when it may. Undefined: not now. */
  send<T>(run: () => T, args?: readonly unknown[]): T | undefined;
  /** Whether headers of ours come to those of `writeHead`. Throws if it is too late for any. */
  addsHeaders(): boolean;
}

/** Puts an outlet before a response's methods. Gives whether nobody has put theirs over it since. */
export function cover(res: ServerResponse, methods: Methods, outlet: Outlet): () => boolean {
  const { writeHead, write, end, flushHeaders } = methods;
  const { flow, send } = outlet;

  res.writeHead = function (...args: HeadArguments) {
    if (outlet.addsHeaders()) {
      // Ours come after the handler's, and see them.
      mergeHead(res, args);
      send(() => writeHead.call(res, res.statusCode));
    } else {
      send(() => writeHead.apply(res, args as Parameters<typeof writeHead>));
    }
    return res;
  } as typeof writeHead;

  // Its other name, on the way out of Node.
  if ("writeHeader" in res) res.writeHeader = res.writeHead;

  const ourWrite = (res.write = function (...args: Parameters<typeof write>) {
    const more = send(() => write.apply(res, args), args);
    if (more === undefined) flow.full = true;
    return more ?? false;
  } as typeof write);

  const ourEnd = (res.end = function (...args: Parameters<typeof end>) {
    function passOn(): ServerResponse {
      const given = end.apply(res, args);
      flow.over = true;
      return given;
    }
    if (send(passOn, args) === undefined) flow.ended = true;
    return res;
  } as typeof end);

  res.flushHeaders = function () {
    send(() => flushHeaders.call(res));
  };

  return () => res.write === ourWrite && res.end === ourEnd;
}
