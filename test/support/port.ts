import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}
