import { createClient, type TestClient } from "@sojourn/testing";
import { Agent, request } from "node:http";

/** Where requests go, at random: no browser stays with one server. */
export interface Site {
  readonly ports: readonly number[];
  readonly random: () => number;
  /** By status. */
  readonly answers: Map<number, number>;
}

/** Somebody with cookies, an address and a user agent. */
export interface Browser extends TestClient {
  readonly userAgent: string;
  address: string;
  /** The same cookies in another one's hands. */
  stolenBy(thief: { readonly address: string; readonly userAgent: string }): Browser;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function closeConnections(): void {
  agent.destroy();
}

export function browser(site: Site, address: string, userAgent: string): Browser {
  const own = { address };
  const client = createClient((sent) => send(site, sent, own.address, userAgent));
  return {
    ...client,
    userAgent,
    get address() {
      return own.address;
    },
    set address(moved) {
      own.address = moved;
    },
    stolenBy(thief) {
      const copy = browser(site, thief.address, thief.userAgent);
      for (const { name, value } of client.cookies()) {
        copy.setCookie(`${name}=${value}; Secure; Path=/`);
      }
      return copy;
    },
  };
}

async function send(site: Site, sent: Request, address: string, userAgent: string) {
  const { pathname, search } = new URL(sent.url);
  const port = site.ports[Math.floor(site.random() * site.ports.length)];
  const headers = {
    ...Object.fromEntries(sent.headers),
    host: "app.test",
    "user-agent": userAgent,
    "x-forwarded-for": address,
    "x-forwarded-proto": "https",
  };
  return new Promise<Response>((resolve, reject) => {
    const outgoing = request(
      { agent, host: "127.0.0.1", port, path: pathname + search, method: sent.method, headers },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        incoming.on("error", reject).on("end", () => {
          const { statusCode: status = 0 } = incoming;
          site.answers.set(status, (site.answers.get(status) ?? 0) + 1);
          const given = new Headers();
          for (const cookie of incoming.headers["set-cookie"] ?? []) {
            given.append("Set-Cookie", cookie);
          }
          resolve(new Response(text, { status, headers: given }));
        });
      },
    );
    // Of all that is asked here only a path says what; nothing has a body.
    outgoing.on("error", reject).end();
  });
}
