import { edgeKey } from "@/features/lineage/graph";
import type { Graph, LineageEdge, LineageNode } from "@/features/lineage/graph";
import { lastSegment } from "@/lib/iri";

/** With more nodes than this the graph is grouped, unless the reader asked for no groups. */
export const GROUP_ABOVE = 2000;
/** With more nodes than this it is grouped whatever was asked for: a browser cannot draw them. */
export const MOST_CARDS = 10_000;
/** An open group shows so many of its members, and as many more each time that it is opened further. */
export const MEMBERS = 500;
const MOST_GROUPS = 400;

export type Grouping = "schema" | "domain" | "none";

export interface Group {
  id: string;
  title: string;
  about: string;
  /** Members that are not drawn as cards. */
  members: number;
  open: boolean;
}

/** An open group: a frame around those of its members that are drawn. */
export interface Frame {
  id: string;
  title: string;
  members: string[];
  total: number;
}

export interface GroupedGraph {
  graph: Graph;
  groups: Map<string, Group>;
  frames: Map<string, Frame>;
  /** What is drawn for a node: itself, or its group. */
  place: ReadonlyMap<string, string>;
}

type Naming = (node: LineageNode) => { id: string; title: string };

const bySchema: Naming = ({ container, platform, kind }) =>
  container ? { id: container.iri, title: container.title } : { id: platform ?? kind, title: platform ?? kind };
const byDomain: Naming = ({ domain }) =>
  domain ? { id: `domain:${domain}`, title: lastSegment(domain) } : { id: "domain", title: "No domain" };
const byPlatform: Naming = ({ platform, kind }) => ({ id: platform ?? kind, title: platform ?? kind });

/** How the graph is grouped: what was asked for, or by its size. */
export function groupingOf(asked: Grouping | undefined, nodes: number): Grouping {
  if (asked === "schema" || asked === "domain") return asked;
  return nodes > MOST_CARDS || (asked === undefined && nodes > GROUP_ABOVE) ? "schema" : "none";
}

export function ungrouped(graph: Graph): GroupedGraph {
  return {
    graph,
    groups: new Map(),
    frames: new Map(),
    place: new Map([...graph.nodes.keys()].map((iri) => [iri, iri])),
  };
}

/**
 * Puts the nodes of each schema or domain into one group, of platforms where those are too many.
 *
 * `open` names open groups, once for each `MEMBERS` to draw, those with most neighbours first. Nodes in `kept` are drawn
 * whatever becomes of their group. Edges inside a closed group fall away; those between groups are bundled.
 */
export function groupUp(
  graph: Graph,
  by: "schema" | "domain",
  open: readonly string[],
  kept: ReadonlySet<string>,
): GroupedGraph {
  const sorted = sort(graph, by);
  const nodes: Graph["nodes"] = new Map();
  const place = new Map<string, string>();
  const groups = new Map<string, Group>();
  const frames = new Map<string, Frame>();
  for (const [id, { title, members }] of sorted) {
    const wanted = open.filter((one) => one === id).length * MEMBERS;
    const drawn = members.filter(({ iri }, at) => at < wanted || kept.has(iri));
    for (const node of members) place.set(node.iri, id);
    for (const node of drawn) {
      nodes.set(node.iri, node);
      place.set(node.iri, node.iri);
    }
    const rest = members.length - drawn.length;
    const about = [...new Set(members.map(({ platform }) => platform).filter(Boolean))].join(", ");
    if (rest) groups.set(id, { id, title, about, members: rest, open: wanted > 0 });
    if (wanted) frames.set(`frame ${id}`, { id, title, members: framed(drawn, rest, id), total: members.length });
  }
  return { graph: { nodes, edges: bundled(graph, place) }, groups, frames, place };
}

const framed = (drawn: LineageNode[], rest: number, id: string) => [
  ...drawn.map(({ iri }) => iri),
  ...(rest ? [id] : []),
];

function sort(graph: Graph, by: "schema" | "domain") {
  const named = collect(graph, by === "domain" ? byDomain : bySchema);
  const groups = named.size > MOST_GROUPS ? collect(graph, byPlatform) : named;
  const weight = (node: LineageNode) => node.upstreamCount + node.downstreamCount;
  for (const { members } of groups.values())
    members.sort((one, other) => weight(other) - weight(one) || (one.title < other.title ? -1 : 1));
  return groups;
}

function collect(graph: Graph, naming: Naming) {
  const groups = new Map<string, { title: string; members: LineageNode[] }>();
  for (const node of graph.nodes.values()) {
    const { id, title } = naming(node);
    const group = groups.get(`group:${id}`);
    if (group) group.members.push(node);
    else groups.set(`group:${id}`, { title, members: [node] });
  }
  return groups;
}

function bundled(graph: Graph, place: ReadonlyMap<string, string>): Graph["edges"] {
  const edges: Graph["edges"] = new Map();
  for (const [key, edge] of graph.edges) {
    const [start, end] = [place.get(edge.start), place.get(edge.end)];
    if (edge.level === "COLUMN" || (start === edge.start && end === edge.end)) edges.set(key, edge);
    else if (start !== undefined && end !== undefined && start !== end) bundle(edges, edge, start, end);
  }
  return edges;
}

function bundle(edges: Graph["edges"], edge: LineageEdge, start: string, end: string) {
  const key = edgeKey({ start, end, influence: false });
  const known = edges.get(key);
  if (!known?.bundle) {
    edges.set(key, { ...edge, start, end, bundle: [edge] });
    return;
  }
  known.bundle.push(edge);
  // Where any value flows, the whole does not only filter.
  known.influence = known.influence && edge.influence;
}
