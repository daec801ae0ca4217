import ipaddr from "ipaddr.js";
import { type Address, isMapped, parseAsWritten } from "./parse.ts";

/** An address and how many of its leading bits count. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Reads "10.0.0.0/8", "2001:db8::/32" or a single address.
 * Throws a `TypeError` that says what to write instead: networks are configuration.
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const written = slash === -1 ? text : text.slice(0, slash);
  const address = parseAsWritten(written);
  if (address === null) {
    throw new TypeError(
      `${quote(text)} is not an address or a network. Write one like "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32".`,
    );
  }
  const longest = widthOf(address);
  const prefix = slash === -1 ? String(longest) : text.slice(slash + 1);
  const bits = Number(prefix);
  if (!PREFIX.test(prefix) || bits > longest) {
    throw new TypeError(
      `${quote(text)} is not a network: after the slash stands a number of bits from 0 to ${longest}, as in "${written}/${longest}".`,
    );
  }
  const start = truncate(address, bits);
  if (start.toString() !== address.toString()) {
    // Which of the two was meant, the host or the network? In a list of trusted proxies, ask.
    throw new TypeError(
      `${quote(text)} has bits set after the first ${bits}. Write "${start}/${bits}" for the network, or "${written}" for the one address.`,
    );
  }
  return isMapped(address) ? mappedNetwork(address, bits, text) : { address, bits };
}

export function contains(network: Network, address: Address): boolean {
  return (
    network.address.kind() === address.kind() && address.match([network.address, network.bits])
  );
}

/** The address with every bit after the first `bits` cleared. */
export function truncate(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - kept));
  });
  return ipaddr.fromByteArray(bytes);
}

export function widthOf(address: Address): 32 | 128 {
  return address.kind() === "ipv4" ? 32 : 128;
}

// Clients' addresses are unmapped before they are compared, so a mapped network has to be too.
function mappedNetwork(address: ipaddr.IPv6, bits: number, text: string): Network {
  if (bits < 96) {
    throw new TypeError(
      `${quote(text)} mixes IPv4 and IPv6. Write its IPv4 part as IPv4, like "10.0.0.0/8".`,
    );
  }
  return { address: address.toIPv4Address(), bits: bits - 96 };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
