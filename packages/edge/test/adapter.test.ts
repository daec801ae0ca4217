import { testAdapter } from "@sojourn/testing/suites";
import { bun, deno, workers } from "../src/index.ts";
import { createContext, listenWithBun, listenWithDeno, runtime } from "./runtime.ts";

// Each where it is at home, over HTTP where that runtime serves. Node is home to none of them: there
// all three are called.
const trustProxy = { proxies: ["loopback"], host: true } as const;

async function close(): Promise<void> {}

if (runtime === "node" || runtime === "workerd") {
  testAdapter("edge, workers()", async (ready, handler) => {
    const worker = workers(ready, (request, { session }) => handler(request, session));
    return { fetch: async (request) => worker.fetch(request, {}, await createContext()), close };
  });
}

if (runtime === "node") {
  testAdapter("edge, deno()", async (ready, handler) => {
    const answer = deno(ready, (request, { session }) => handler(request, session));
    const info = { remoteAddr: { transport: "tcp", hostname: "203.0.113.7" } };
    return { fetch: (request) => answer(request, info), close };
  });

  testAdapter("edge, bun()", async (ready, handler) => {
    const answer = bun(ready, (request, { session }) => handler(request, session));
    const server = { requestIP: () => ({ address: "203.0.113.7" }) };
    return { fetch: (request) => answer(request, server), close };
  });
}

if (runtime === "deno") {
  testAdapter("edge, deno() over HTTP by Deno.serve", (ready, handler) =>
    listenWithDeno(
      deno(ready, (request, { session }) => handler(request, session), { trustProxy }),
    ),
  );
}

if (runtime === "bun") {
  testAdapter("edge, bun() over HTTP by Bun.serve", (ready, handler) =>
    listenWithBun(bun(ready, (request, { session }) => handler(request, session), { trustProxy })),
  );
}
