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

  // Declared, and then assigned: V8 puts a function that is written as `res.end = function ...` where old
  // objects live, and there it keeps all of the request for much longer.
  function ourWriteHead(...args: HeadArguments): ServerResponse {
    if (outlet.addsHeaders()) {
      // Ours come after the handler's, and see them.
      mergeHead(res, args);
      send(() => writeHead.call(res, res.statusCode));
    } else {
      send(() => writeHead.apply(res, args as Parameters<typeof writeHead>));
    }
    return res;
  }

  function ourWrite(...args: Parameters<typeof write>): boolean {
    const more = send(() => write.apply(res, args), args);
    if (more === undefined) flow.full = true;
    return more ?? false;
  }

  function ourEnd(...args: Parameters<typeof end>): ServerResponse {
    function passOn(): ServerResponse {
      const given = end.apply(res, args);
      flow.over = true;
      return given;
    }
    if (send(passOn, args) === undefined) flow.ended = true;
    return res;
  }

  function ourFlushHeaders(): void {
    send(() => flushHeaders.call(res));
  }

  res.writeHead = ourWriteHead as typeof writeHead;
  // Its other name, on the way out of Node.
  if ("writeHeader" in res) res.writeHeader = res.writeHead;
  res.write = ourWrite as typeof write;
  res.end = ourEnd as typeof end;
  res.flushHeaders = ourFlushHeaders;

  return () => res.write === ourWrite && res.end === ourEnd;
}
