import { askText } from "./resp.ts";

/** A node of a cluster, as one of them sees it. */
export interface ClusterNode {
  readonly id: string;
  readonly port: number;
  readonly isPrimary: boolean;
  /** Whose replica it is; "-" for a primary. */
  readonly primaryId: string;
  readonly failed: boolean;
  /** From and to, both included. */
  readonly slots: readonly (readonly [number, number])[];
}

/** https://redis.io/docs/latest/commands/cluster-nodes/ */
function parseNode(line: string): ClusterNode {
  const [id = "", address = "", flagText = "", primaryId = "-", , , , , ...slots] = line.split(" ");
  const flags = flagText.split(",");
  return {
    id,
    port: Number(/:(\d+)/.exec(address)?.[1]),
    isPrimary: flags.includes("master"),
    primaryId,
    failed: flags.includes("fail") || flags.includes("fail?"),
    slots: slots
      // "[93->-id]" is a slot on its way.
      .filter((range) => !range.startsWith("["))
      .map((range) => {
        const [from, to = from] = range.split("-").map(Number);
        return [from ?? NaN, to ?? NaN] as const;
      }),
  };
}

/** The cluster as the node on this port sees it. */
export async function viewFrom(port: number): Promise<ClusterNode[]> {
  return (await askText(port, "CLUSTER", "NODES")).trim().split("\n").map(parseNode);
}

/** Which port serves which slots: the same text wherever two nodes agree. */
export function layoutOf(view: readonly ClusterNode[]): string {
  return view
    .filter(({ slots }) => slots.length > 0)
    .map(({ port, slots }) => `${port}: ${slots.join(" ")}`)
    .toSorted()
    .join("\n");
}

export function hasSlot(node: ClusterNode, slot: number): boolean {
  return node.slots.some(([from, to]) => from <= slot && slot <= to);
}

/** Is this node in service, with its replicas attached or, if it is one, attached itself? */
export async function inService(port: number, view: readonly ClusterNode[]): Promise<boolean> {
  if (!(await askText(port, "CLUSTER", "INFO")).includes("cluster_state:ok")) return false;
  const replication = await askText(port, "INFO", "replication");
  if (replication.includes("role:slave")) return replication.includes("master_link_status:up");
  const id = view.find((node) => node.port === port)?.id;
  const replicas = view.filter(({ primaryId, failed }) => primaryId === id && !failed);
  return replication.split("state=online").length - 1 === replicas.length;
}
