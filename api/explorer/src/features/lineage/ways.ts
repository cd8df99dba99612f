import { edgeKey, ownersOf } from "@/features/lineage/graph";
import type { Graph, LineageEdge } from "@/features/lineage/graph";

/** Follows edges one way from `start`; the edges met, each once. Cycles end where they began. */
function follow(start: string, next: Map<string, LineageEdge[]>, far: "start" | "end"): LineageEdge[] {
  const seen = new Set([start]);
  const met: LineageEdge[] = [];
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const edge of next.get(at) ?? []) {
      met.push(edge);
      if (!seen.has(edge[far])) {
        seen.add(edge[far]);
        waiting.push(edge[far]);
      }
    }
  }
  return met;
}

function grouped(edges: LineageEdge[], by: "start" | "end"): Map<string, LineageEdge[]> {
  const groups = new Map<string, LineageEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge[by]);
    if (group) group.push(edge);
    else groups.set(edge[by], [edge]);
  }
  return groups;
}

/**
 * A whole way through the graph: all that `id` (a node or field) derives from and all that derives from it.
 *
 * Holds the IRIs of nodes and fields, and the keys of edges. A field's way also lights the cards it runs through.
 */
export function wayOf(graph: Graph, id: string): Set<string> {
  const owners = ownersOf(graph.nodes);
  const level = owners.has(id) ? "COLUMN" : "TABLE";
  const edges = [...graph.edges.values()].filter((edge) => edge.level === level);
  const met = [...follow(id, grouped(edges, "end"), "start"), ...follow(id, grouped(edges, "start"), "end")];
  const lit = new Set([id]);
  const owner = owners.get(id);
  if (owner) lit.add(owner);
  for (const edge of met) {
    lit.add(edgeKey(edge));
    for (const end of [edge.start, edge.end]) {
      lit.add(end);
      const card = owners.get(end);
      if (card) lit.add(card);
    }
    const [from, to] = [owners.get(edge.start), owners.get(edge.end)];
    if (from && to) lit.add(edgeKey({ start: from, end: to, influence: false }));
  }
  return lit;
}
