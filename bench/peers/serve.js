// One server in a process of its own: `node serve.js hono/sojourn memory`, or with the port of a Redis
// in the place of `memory`. Whoever started it hears on which port it listens, and can ask.
import { createGate } from "./gate.js";

const [name, store, client] = process.argv.slice(2);
const gate = createGate();
const { start } = await import(`./${name}.js`);
const redis = store === "memory" ? undefined : await connect(Number(store));
const server = await start({ redis, gate });

// Its connections wait while it is the others' turn.
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send?.({ port: server.address().port }));

process.on("message", (order) => {
  if (order === "release") gate.release();
  if (order === "collect") globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system, heap: process.memoryUsage().heapUsed, waiting: gate.waiting });
});
process.on("disconnect", () => process.exit());

async function connect(port) {
  const isIoredis = client === "ioredis";
  const made = isIoredis
    ? new (await import("ioredis")).Redis(port, "127.0.0.1")
    : (await import("redis")).createClient({ url: `redis://127.0.0.1:${port}` });
  // Without a listener the loss of a connection ends the process.
  made.on("error", () => {});
  return isIoredis ? made : made.connect();
}
