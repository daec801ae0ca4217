// Compiled, not run: a wrong option is an error before it is configured.
import { createTrust, type TrustProxy } from "@sojourn/net";

const list = ["loopback", "10.0.0.0/8"] as const;
const right: TrustProxy[] = [
  false,
  1,
  list,
  { hops: 1 },
  { proxies: list },
  { hops: 1, proxies: list, header: "x-forwarded-for", host: true },
  { hops: 1, header: "forwarded" },
];
right.map((option) => createTrust(option));
createTrust();

// @ts-expect-error anyone could forge an address
createTrust(true);
// @ts-expect-error a list, not a string
createTrust("loopback");
// @ts-expect-error which proxies?
createTrust({ host: true });
// @ts-expect-error Forwarded carries the host
createTrust({ hops: 1, header: "forwarded", host: true });
// @ts-expect-error one of the two headers
createTrust({ hops: 1, header: "x-real-ip" });
