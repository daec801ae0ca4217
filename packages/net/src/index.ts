export { canonicalAddress, inNetwork, networkOf, type NetworkPrefixes } from "./address.ts";
export { isLocalhost } from "./localhost.ts";
