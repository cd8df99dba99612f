import type { Graph, LineageNode } from "@/features/lineage/graph";

/** With more nodes than this the graph is grouped by container first. */
export const GROUP_ABOVE = 2000;

export interface Group {
  id: string;
  title: string;
  members: number;
}

export interface GroupedGraph {
  graph: Graph;
  groups: Map<string, Group>;
}

const groupOf = (node: LineageNode) => ({
  id: `group:${node.container?.iri ?? node.platform ?? node.kind}`,
  title: node.container?.title ?? node.platform ?? node.kind,
});

/** Puts the nodes of each container into one group, but for groups in `open`; edges inside a group fall away. */
export function groupByContainer(graph: Graph, open: ReadonlySet<string>, root: string): GroupedGraph {
  const groups = new Map<string, Group>();
  const nodes = new Map<string, LineageNode>();
  const place = new Map<string, string>();
  for (const node of graph.nodes.values()) {
    const { id, title } = groupOf(node);
    if (open.has(id) || node.iri === root) {
      nodes.set(node.iri, node);
      place.set(node.iri, node.iri);
      continue;
    }
    place.set(node.iri, id);
    const group = groups.get(id);
    if (group) group.members += 1;
    else groups.set(id, { id, title, members: 1 });
  }
  const edges: Graph["edges"] = new Map();
  for (const [key, edge] of graph.edges) {
    if (edge.level === "COLUMN") {
      edges.set(key, edge);
      continue;
    }
    const start = place.get(edge.start);
    const end = place.get(edge.end);
    if (start === undefined || end === undefined || start === end) continue;
    edges.set(`${start} ${end}${edge.influence ? " influence" : ""}`, { ...edge, start, end });
  }
  return { graph: { nodes, edges }, groups };
}
