export { canonicalAddress, inNetwork, networkOf, type NetworkPrefixes } from "./address.ts";
export { type Client, clientOf, type Connection } from "./client.ts";
export { isLocalhost } from "./localhost.ts";
export { createTrust, type Trust, type TrustProxy, type TrustProxyOptions } from "./trust.ts";
