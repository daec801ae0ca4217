// Ada logs in on one server, works on another, and is logged out by a third.
import { type RedisCluster, startCluster } from "@sojourn/servers";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";

const SECRET = randomBytes(32).toString("base64");

console.log("Starting a Redis Cluster (3 primaries, 3 replicas) and three servers ...");
const cluster = await startCluster();
const servers = await Promise.all([1, 2, 3].map(() => startServer(cluster)));
try {
  await tell(servers.map(({ url }) => url) as [string, string, string]);
} finally {
  for (const { process } of servers) process.kill();
  await cluster.stop();
}

async function tell([one, two, three]: [string, string, string]): Promise<void> {
  const phone = await login(one, "ada");
  const laptop = await login(three, "ada");
  console.log("Server 1: ada logs in on her phone. Server 3: and on her laptop.");

  console.log("Server 2, phone:", await ask(two, "POST", "/notes/milk", phone.cookie));
  console.log("Server 3, phone:", await ask(three, "GET", "/me", phone.cookie));
  console.log("Server 1, phone:", await ask(one, "GET", "/devices", phone.cookie));

  const phonesSession = `/devices/${phone.handle}`;
  console.log("Server 3, laptop:", await ask(three, "DELETE", phonesSession, laptop.cookie));
  console.log("Server 1, phone:", await ask(one, "GET", "/me", phone.cookie));
  console.log("Server 2, phone:", await ask(two, "GET", "/me", phone.cookie));
  console.log("Server 2, laptop:", await ask(two, "GET", "/me", laptop.cookie));
}

async function login(url: string, name: string): Promise<{ cookie: string; handle: string }> {
  const response = await fetch(`${url}/login/${name}`, { method: "POST" });
  const { handle } = (await response.json()) as { handle: string };
  const cookie = response.headers.getSetCookie().map((one) => one.split(";")[0]);
  return { cookie: cookie.join("; "), handle };
}

async function ask(url: string, method: string, path: string, Cookie: string): Promise<string> {
  const response = await fetch(url + path, { method, headers: { Cookie } });
  return `${response.status} ${await response.text()}`;
}

async function startServer({
  nodes,
}: RedisCluster): Promise<{ url: string; process: ChildProcess }> {
  const server = spawn(process.execPath, [`${import.meta.dirname}/server.ts`], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PORT: "0",
      REDIS_NODES: nodes.map(({ url }) => url).join(" "),
      SESSION_SECRET: SECRET,
    },
  });
  const [line] = (await once(createInterface(server.stdout), "line")) as [string];
  return { url: line.replace("Listening on ", ""), process: server };
}
