import { type Client, clientOf, createTrust, inNetwork, networkOf } from "@sojourn/net";

const trust = createTrust({ hops: 1, proxies: ["10.0.0.0/8"] });

export const client: Client = clientOf(
  { remoteAddress: "10.0.0.1", encrypted: false, header: () => undefined },
  trust,
);
export const network: string | null = networkOf(client.address ?? "");
export const inside: boolean = inNetwork("10.1.2.3", "10.0.0.0/8");

// @ts-expect-error `true` would trust anybody.
createTrust(true);
