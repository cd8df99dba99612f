import type { LineageQuery } from "@/gql/graphql";

type Answer = LineageQuery["lineage"];
export type LineageNode = Answer["nodes"][number];
export type LineageField = LineageNode["fields"][number];

/** `via` are hidden nodes that the edge runs through; `bundle` are the edges that one between groups stands for. */
export type LineageEdge = Answer["edges"][number] & { via?: string[]; bundle?: LineageEdge[] };

export interface Graph {
  nodes: Map<string, LineageNode>;
  edges: Map<string, LineageEdge>;
}

export const edgeKey = (edge: { start: string; end: string; influence: boolean }): string =>
  `${edge.start} ${edge.end}${edge.influence ? " influence" : ""}`;

interface Part {
  nodes: LineageNode[];
  edges: LineageEdge[];
}

/** Fields of both, each once, in the order met. */
function union(one: LineageField[], other: LineageField[]): LineageField[] {
  if (!other.length) return one;
  return [...new Map([...one, ...other].map((field) => [field.iri, field])).values()];
}

/**
 * One graph of several answers. The first to name a node describes it; its fields are those of all.
 *
 * `columns` only open cards: what they tell of nodes outside `tables` is left out.
 */
export function mergeGraphs(tables: Part[], columns: Part[] = []): Graph {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  for (const part of tables) {
    for (const node of part.nodes) if (!nodes.has(node.iri)) nodes.set(node.iri, node);
    for (const edge of part.edges) edges.set(edgeKey(edge), edge);
  }
  for (const part of columns) {
    for (const node of part.nodes) {
      const known = nodes.get(node.iri);
      if (known) nodes.set(node.iri, { ...known, fields: union(known.fields, node.fields) });
    }
  }
  const fields = ownersOf(nodes);
  for (const part of columns) {
    for (const edge of part.edges) {
      if (edge.level === "COLUMN" && fields.has(edge.start) && fields.has(edge.end)) edges.set(edgeKey(edge), edge);
    }
  }
  return { nodes, edges };
}

/** The node of each field. */
export function ownersOf(nodes: Map<string, LineageNode>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const node of nodes.values()) for (const field of node.fields) owners.set(field.iri, node.iri);
  return owners;
}

export interface Missing {
  upstream: number;
  downstream: number;
}

/** How many direct neighbours of each node are not in the graph. */
export function missingNeighbours(graph: Graph): Map<string, Missing> {
  const upstream = new Map<string, Set<string>>();
  const downstream = new Map<string, Set<string>>();
  const note = (of: Map<string, Set<string>>, from: string, to: string) => {
    const known = of.get(from);
    if (known) known.add(to);
    else of.set(from, new Set([to]));
  };
  for (const edge of graph.edges.values()) {
    if (edge.level !== "TABLE") continue;
    note(downstream, edge.start, edge.end);
    note(upstream, edge.end, edge.start);
  }
  return new Map(
    [...graph.nodes.values()].map((node) => [
      node.iri,
      {
        upstream: Math.max(0, node.upstreamCount - (upstream.get(node.iri)?.size ?? 0)),
        downstream: Math.max(0, node.downstreamCount - (downstream.get(node.iri)?.size ?? 0)),
      },
    ]),
  );
}
