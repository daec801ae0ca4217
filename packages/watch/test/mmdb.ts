import { isIPv6 } from "node:net";

/** What a record of a database may hold. Whole numbers are written as uint32, others as doubles. */
export type Value =
  | string
  | number
  | boolean
  | readonly Value[]
  | { readonly [name: string]: Value };

export interface MmdbOptions {
  readonly type?: string;
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  readonly majorVersion?: number;
  /** Networks that do not overlap, each with its record: "192.0.2.0/24". */
  readonly networks: Readonly<Record<string, Value>>;
}

/**
 * The bytes of a database, after "MaxMind DB File Format Specification" 2.0: search tree, 16 bytes of
 * zeros, data, metadata. No record is compressed or shared.
 */
export function mmdb(options: MmdbOptions): Buffer {
  const { type = "GeoLite2-City", ipVersion = 6, recordSize = 24, networks } = options;
  const data: Buffer[] = [];
  const nodes: Node[] = [{ 0: null, 1: null }];
  for (const [network, record] of Object.entries(networks)) {
    const at = data.reduce((sum, { length }) => sum + length, 0);
    data.push(encode(record));
    insert(nodes, bitsOf(network, ipVersion), { at });
  }
  const metadata = encode({
    binary_format_major_version: options.majorVersion ?? 2,
    binary_format_minor_version: 0,
    build_epoch: 1_800_000_000,
    database_type: type,
    description: { en: "Made by a test" },
    ip_version: ipVersion,
    languages: ["en"],
    node_count: nodes.length,
    record_size: recordSize,
  });
  return Buffer.concat([
    ...nodes.map((node) => encodeNode(node, nodes.length, recordSize)),
    Buffer.alloc(16),
    ...data,
    Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"),
    metadata,
  ]);
}

/** A record: another node by its number, data by where it begins in its section, or nothing. */
type Target = number | { readonly at: number } | null;
interface Node {
  0: Target;
  1: Target;
}

function insert(nodes: Node[], bits: readonly (0 | 1)[], leaf: Target): void {
  let at = 0;
  for (const [depth, bit] of bits.entries()) {
    const node = nodes[at] as Node;
    if (depth === bits.length - 1) {
      node[bit] = leaf;
      return;
    }
    const next = node[bit];
    if (typeof next === "number") {
      at = next;
    } else {
      at = nodes.push({ 0: null, 1: null }) - 1;
      node[bit] = at;
    }
  }
}

// "Search Tree": a value equal to the number of nodes is nothing, a greater one minus that number is
// an offset, which counts from the 16 zeros.
function encodeNode(node: Node, count: number, recordSize: 24 | 28 | 32): Buffer {
  const [left, right] = [node[0], node[1]].map((record) => {
    if (record === null) return count;
    return typeof record === "number" ? record : count + 16 + record.at;
  }) as [number, number];
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    bytes.writeUInt32BE(left, 0);
    bytes.writeUInt32BE(right, 4);
    return bytes;
  }
  bytes.writeUIntBE(left & 0xff_ff_ff, 0, 3);
  bytes.writeUIntBE(right & 0xff_ff_ff, recordSize / 4 - 3, 3);
  // 28: the middle byte has the highest four bits of both.
  if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
  return bytes;
}

function encode(value: Value): Buffer {
  if (typeof value === "string") return sized(2, Buffer.byteLength(value), Buffer.from(value));
  // Extended types: 14 is a boolean, whose size is its value; 11 an array.
  if (typeof value === "boolean") return Buffer.from([value ? 1 : 0, 14 - 7]);
  if (typeof value === "number") return encodeNumber(value);
  if (Array.isArray(value)) return sized(11, value.length, Buffer.concat(value.map(encode)));
  const entries = Object.entries(value);
  return sized(7, entries.length, Buffer.concat(entries.flat().map(encode)));
}

function encodeNumber(value: number): Buffer {
  const whole = Number.isInteger(value) && value >= 0;
  const bytes = Buffer.alloc(whole ? 4 : 8);
  if (whole) bytes.writeUInt32BE(value);
  else bytes.writeDoubleBE(value);
  return sized(whole ? 6 : 3, bytes.length, bytes);
}

/** "Data Field Format": the type in three bits, or in a byte of its own from 8 on; the size in five. */
function sized(type: number, size: number, payload: Buffer): Buffer {
  const extended = type > 7 ? [type - 7] : [];
  if (size >= 285) throw new Error("A test needs no value as large.");
  const short = Math.min(size, 29);
  const control = ((type > 7 ? 0 : type) << 5) | short;
  return Buffer.concat([
    Buffer.from([control, ...extended, ...(short === 29 ? [size - 29] : [])]),
    payload,
  ]);
}

function bitsOf(network: string, ipVersion: 4 | 6): (0 | 1)[] {
  const [address = "", prefix] = network.split("/");
  const bytes = isIPv6(address) ? bytesOfV6(address) : address.split(".").map(Number);
  // In an IPv6 tree IPv4 is ::/96.
  const padded = bytes.length === 4 && ipVersion === 6 ? [...Array(12).fill(0), ...bytes] : bytes;
  const bits = padded.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((at) => (byte >> at) & 1));
  return bits.slice(0, Number(prefix) + padded.length * 8 - bytes.length * 8) as (0 | 1)[];
}

function bytesOfV6(address: string): number[] {
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)];
  return all.flatMap((group) => [
    Number.parseInt(group, 16) >> 8,
    Number.parseInt(group, 16) & 255,
  ]);
}
