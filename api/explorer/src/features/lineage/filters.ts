import { edgeKey, ownersOf } from "@/features/lineage/graph";
import type { Graph, LineageEdge, LineageNode } from "@/features/lineage/graph";

/** What the address asks to see; empty lists hide nothing. */
export interface Filters {
  platform?: string[] | undefined;
  kind?: string[] | undefined;
  domain?: string[] | undefined;
  jobs?: "collapsed" | undefined;
}

export const FACETS = ["platform", "kind", "domain"] as const;
export type FacetName = (typeof FACETS)[number];
/** Stands for having no platform or no domain. */
export const NONE = "-";
/** More edges than this cannot be read, and the browser stops answering. */
export const MOST_EDGES = 60_000;

const valueOf: Record<FacetName, (node: LineageNode) => string> = {
  platform: (node) => node.platform ?? NONE,
  kind: (node) => node.datasetKind ?? node.kind,
  domain: (node) => node.domain ?? NONE,
};

export interface Facet {
  name: FacetName;
  values: { value: string; count: number }[];
}

/** By what the graph can be narrowed, and to how many assets each value would. */
export function facetsOf(graph: Graph): Facet[] {
  return FACETS.map((name) => {
    const counts = new Map<string, number>();
    for (const node of graph.nodes.values()) {
      const value = valueOf[name](node);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const values = [...counts].map(([value, count]) => ({ value, count }));
    return { name, values: values.sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1)) };
  });
}

const isHidden = (node: LineageNode, filters: Filters): boolean =>
  (filters.jobs === "collapsed" && node.kind === "job") ||
  FACETS.some((name) => filters[name]?.length && !filters[name].includes(valueOf[name](node)));

export interface Filtered {
  graph: Graph;
  hidden: number;
  /** Whether ways through what is hidden are left out, since they are too many. */
  cut: boolean;
}

/** The graph without what filters hide, but for nodes in `kept`. A way through hidden nodes becomes one edge, `via` them. */
export function narrow(graph: Graph, filters: Filters, kept: ReadonlySet<string>): Filtered {
  const nodes = new Map([...graph.nodes].filter(([iri, node]) => kept.has(iri) || !isHidden(node, filters)));
  const hidden = graph.nodes.size - nodes.size;
  if (!hidden) return { graph, hidden, cut: false };
  const owners = ownersOf(graph.nodes);
  const isKnown = (end: string) => nodes.has(owners.get(end) ?? end);
  const edges: Graph["edges"] = new Map();
  const next = new Map<string, LineageEdge[]>();
  for (const edge of graph.edges.values()) {
    if (isKnown(edge.start) && isKnown(edge.end)) edges.set(edgeKey(edge), edge);
    const following = next.get(edge.start);
    if (following) following.push(edge);
    else next.set(edge.start, [edge]);
  }
  for (const start of next.keys()) {
    if (!isKnown(start)) continue;
    for (const edge of through(start, next, isKnown)) {
      if (edges.size >= MOST_EDGES) return { graph: { nodes, edges }, hidden, cut: true };
      const direct = { ...edge, influence: false };
      if (!edges.has(edgeKey(edge)) && !edges.has(edgeKey(direct))) edges.set(edgeKey(edge), edge);
    }
  }
  return { graph: { nodes, edges }, hidden, cut: false };
}

/** Edges from `start` over at least one hidden node to the next that are not; the shortest way of each. */
function* through(
  start: string,
  next: Map<string, LineageEdge[]>,
  isKnown: (end: string) => boolean,
): Generator<LineageEdge> {
  const seen = new Set([start]);
  let front = (next.get(start) ?? [])
    .filter(({ end }) => !isKnown(end))
    .map((edge) => ({ at: edge.end, via: [edge.end], influence: edge.influence }));
  while (front.length) {
    const beyond: typeof front = [];
    for (const { at, via, influence } of front) {
      if (seen.has(at)) continue;
      seen.add(at);
      for (const edge of next.get(at) ?? []) {
        if (seen.has(edge.end)) continue;
        const so = influence || edge.influence;
        if (!isKnown(edge.end)) beyond.push({ at: edge.end, via: [...via, edge.end], influence: so });
        else yield { start, end: edge.end, level: edge.level, influence: so, via };
      }
    }
    front = beyond;
  }
}
