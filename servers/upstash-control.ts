import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { listen } from "./free-port.ts";
import { startUpstashBridge, type UpstashAddress, type UpstashBridge } from "./upstash-bridge.ts";

/** What a bridge is told from afar: one of its verbs with arguments, or nothing but to report. */
export type UpstashOrder =
  | ["report"]
  | {
      [Verb in keyof UpstashBridge]: UpstashBridge[Verb] extends (...args: infer Args) => unknown
        ? [verb: Verb, ...args: Args]
        : never;
    }[keyof UpstashBridge];

/** What it tells then. */
export interface UpstashReport extends UpstashAddress {
  readonly requests: number;
  readonly commands: number;
}

export interface UpstashControl {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts bridges, and tells them what to do, over HTTP: for tests on runtimes that start no servers.
 * A POST to `/` starts one; one to the port that it has is an order. Both give a report.
 */
export async function startUpstashControl(
  redisPort: () => Promise<number>,
): Promise<UpstashControl> {
  const bridges = new Map<string, UpstashBridge>();

  async function start(): Promise<UpstashBridge> {
    const bridge = await startUpstashBridge(redisPort, { token: `token ${crypto.randomUUID()}` });
    bridges.set(`/${bridge.port}`, bridge);
    return bridge;
  }

  async function order(path: string, [verb, ...args]: UpstashOrder): Promise<UpstashBridge> {
    const bridge = bridges.get(path);
    if (bridge === undefined) throw new Error(`There is no bridge at ${path}.`);
    if (verb !== "report") await (bridge[verb] as (...args: unknown[]) => unknown)(...args);
    return bridge;
  }

  const server = createServer(async (request, response) => {
    try {
      const { url: path = "/" } = request;
      const bridge =
        path === "/" ? await start() : await order(path, (await json(request)) as UpstashOrder);
      const { url, token, requests, commands } = bridge;
      response.end(JSON.stringify({ url, token, requests, commands } satisfies UpstashReport));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  const port = await listen(server);
  server.unref();
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await Promise.all([...bridges.values()].map((bridge) => bridge.stop()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
