import { Position } from "@xyflow/react";
import type { Edge, Node } from "@xyflow/react";

import type { Graph, LineageEdge, LineageField, LineageNode, Missing } from "@/features/lineage/graph";
import type { Frame, Group, GroupedGraph } from "@/features/lineage/grouping";
import type { Box, Place } from "@/features/lineage/layout";
import { lastSegment } from "@/lib/iri";

export type CardNode = Node<
  { node: LineageNode; fields: LineageField[] | null; missing: Missing; root: boolean },
  "card"
>;
export type GroupNode = Node<{ group: Group }, "group">;
export type FrameNode = Node<{ frame: Frame }, "frame">;
export type FlowNode = CardNode | GroupNode | FrameNode;
export type FlowEdge = Edge<{ edge: LineageEdge }, "way">;

export const WIDTH = 250;
const HEAD = 76;
const ROW = 24;
const FOOT = 24;

const heightOf = (fields: number | null) => (fields === null ? HEAD : HEAD + fields * ROW + FOOT);

function handles(height: number, fields: LineageField[]): NonNullable<Node["handles"]> {
  const at = (id: string, y: number) => [
    { id: `${id} in`, type: "target" as const, position: Position.Left, x: 0, y, width: 1, height: 1 },
    { id: `${id} out`, type: "source" as const, position: Position.Right, x: WIDTH - 1, y, width: 1, height: 1 },
  ];
  return [
    ...at("card", Math.min(height, HEAD) / 2),
    ...fields.flatMap((field, index) => at(field.iri, HEAD + index * ROW + ROW / 2)),
  ];
}

/** Sizes and ends of edges, which React Flow would else know only of cards that are in the page. */
const sized = (height: number, fields: LineageField[]) => ({
  width: WIDTH,
  height,
  measured: { width: WIDTH, height },
  handles: handles(height, fields),
});

/** Boxes to lay out: one for each card, as high as its open columns need, and one for each group. */
export function boxesOf({ graph, groups }: GroupedGraph, opened: ReadonlySet<string>): Box[] {
  return [
    ...[...graph.nodes.values()].map(({ iri, fields }) => ({
      id: iri,
      width: WIDTH,
      height: heightOf(opened.has(iri) ? fields.length : null),
    })),
    ...[...groups.keys()].map((id) => ({ id, width: WIDTH, height: HEAD })),
  ];
}

interface Drawn {
  opened: ReadonlySet<string>;
  places: ReadonlyMap<string, Place>;
  sizes: ReadonlyMap<string, Box>;
  missing: ReadonlyMap<string, Missing>;
  root: string;
}

const NONE: Missing = { upstream: 0, downstream: 0 };

/** What React Flow draws. */
export function nodesOf({ graph, groups, frames }: GroupedGraph, drawn: Drawn): FlowNode[] {
  const { opened, places, sizes, missing, root } = drawn;
  const around = [...frames].flatMap(([id, frame]): FlowNode[] => {
    const [position, box] = [places.get(id), sizes.get(id)];
    if (!position || !box) return [];
    const size = { width: box.width, height: box.height };
    return [{ id, type: "frame", position, zIndex: -1, data: { frame }, ...size, measured: size, handles: [] }];
  });
  const cards = [...graph.nodes.values()].flatMap((node): FlowNode[] => {
    const position = places.get(node.iri);
    if (!position) return [];
    const fields = opened.has(node.iri) ? node.fields : null;
    const height = heightOf(fields && fields.length);
    const data = { node, fields, missing: missing.get(node.iri) ?? NONE, root: node.iri === root };
    return [{ id: node.iri, type: "card", position, data, ...sized(height, fields ?? []) }];
  });
  const grouped = [...groups.values()].flatMap((group): FlowNode[] => {
    const position = places.get(group.id);
    return position ? [{ id: group.id, type: "group", position, data: { group }, ...sized(HEAD, []) }] : [];
  });
  return [...around, ...cards, ...grouped];
}

/** What a card or group is called. */
export const titleOf = (
  graph: Graph,
  groups: GroupedGraph["groups"],
  id: string,
  hidden: Graph | null = null,
): string => graph.nodes.get(id)?.title ?? groups.get(id)?.title ?? hidden?.nodes.get(id)?.title ?? lastSegment(id);

/** Edges between cards; where both cards are open and their columns are tied, those of the columns instead. */
export function edgesOf({ graph, groups }: GroupedGraph, opened: ReadonlySet<string>): FlowEdge[] {
  const owners = new Map<string, string>();
  for (const iri of opened) for (const field of graph.nodes.get(iri)?.fields ?? []) owners.set(field.iri, iri);
  const shown: FlowEdge[] = [];
  const tied = new Set<string>();
  const draw = (key: string, edge: LineageEdge, start: string, end: string, at: string, to: string) =>
    shown.push({
      id: key,
      type: "way",
      source: start,
      target: end,
      sourceHandle: `${at} out`,
      targetHandle: `${to} in`,
      data: { edge },
      ariaRole: "button",
      ariaLabel: `From ${titleOf(graph, groups, start)} to ${titleOf(graph, groups, end)}`,
    });
  for (const [key, edge] of graph.edges) {
    if (edge.level === "TABLE") continue;
    const [start, end] = [owners.get(edge.start), owners.get(edge.end)];
    if (start === undefined || end === undefined) continue;
    tied.add(`${start} ${end}`);
    draw(key, edge, start, end, edge.start, edge.end);
  }
  for (const [key, edge] of graph.edges) {
    if (edge.level === "TABLE" && !tied.has(`${edge.start} ${edge.end}`))
      draw(key, edge, edge.start, edge.end, "card", "card");
  }
  return shown;
}

/** The rectangle that holds all nodes. */
export function boundsOf(nodes: FlowNode[]): { x: number; y: number; width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { position, width = 0, height = 0 } of nodes) {
    left = Math.min(left, position.x);
    top = Math.min(top, position.y);
    right = Math.max(right, position.x + width);
    bottom = Math.max(bottom, position.y + height);
  }
  return nodes.length
    ? { x: left, y: top, width: right - left, height: bottom - top }
    : { x: 0, y: 0, width: 1, height: 1 };
}
