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

/** Do the nodes on these ports serve every slot, or follow one that serves? */
export function isComplete(view: readonly ClusterNode[], ports: ReadonlySet<number>): boolean {
  const nodes = view.filter(({ port, failed }) => ports.has(port) && !failed);
  const owners = new Set(nodes.filter(({ slots }) => slots.length > 0).map(({ id }) => id));
  const served = nodes.flatMap(({ slots }) => slots).map(([from, to]) => to - from + 1);
  return (
    nodes.length === ports.size &&
    nodes.every(({ id, primaryId }) => owners.has(id) || owners.has(primaryId)) &&
    served.reduce((sum, count) => sum + count, 0) === 16_384
  );
}

/** What these nodes serve and whom they follow: the same text wherever two views agree. */
export function layoutOf(view: readonly ClusterNode[], ports: ReadonlySet<number>): string {
  return view
    .filter(({ port }) => ports.has(port))
    .map(({ port, primaryId, slots }) => `${port} ${primaryId} ${slots.join(" ")}`)
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
