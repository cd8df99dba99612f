import Graph from "graphology";

import { neighboursOf } from "@/features/graph/neighbours";
import type { Centre } from "@/features/graph/neighbours";
import type { LinkPartsFragment } from "@/gql/graphql";

export interface NodeData {
  label: string;
  kind: string;
  color: string;
  size: number;
  x: number;
  y: number;
  expanded: boolean;
}

export interface EdgeData {
  meaning: string;
}

export type Drawn = Graph<NodeData, EdgeData>;

export const emptyGraph = (): Drawn => new Graph<NodeData, EdgeData>({ multi: true, type: "directed" });

/** The radius grows with what is put around a node, so that neighbours do not lie on each other. */
const radius = (count: number): number => 1 + Math.sqrt(count) / 2;

type Named = Pick<LinkPartsFragment, "iri" | "kind" | "title">;

function put(graph: Drawn, link: Named, colour: (kind: string) => string, x: number, y: number): void {
  if (graph.hasNode(link.iri)) return;
  const node = { label: link.title, kind: link.kind, color: colour(link.kind), size: 5, x, y, expanded: false };
  graph.addNode(link.iri, node);
}

/** Adds an asset and everything one step from it; what is there stays where it is. Returns how many nodes came. */
export function grow(graph: Drawn, asset: Centre, colour: (kind: string) => string): number {
  const before = graph.order;
  put(graph, asset, colour, 0, 0);
  const { x, y } = graph.getNodeAttributes(asset.iri);
  const found = neighboursOf(asset);
  const fresh = found.filter(({ link }) => !graph.hasNode(link.iri));
  const far = radius(fresh.length);
  found.forEach(({ link, label, outwards }, index) => {
    const angle = (2 * Math.PI * index) / found.length;
    put(graph, link, colour, x + far * Math.cos(angle), y + far * Math.sin(angle));
    const [start, end] = outwards ? [asset.iri, link.iri] : [link.iri, asset.iri];
    graph.mergeEdgeWithKey(`${start} ${label} ${end}`, start, end, { meaning: label });
  });
  graph.mergeNodeAttributes(asset.iri, { expanded: true, size: 9 });
  return graph.order - before;
}
