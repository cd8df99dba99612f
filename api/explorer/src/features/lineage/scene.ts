import type { Ends } from "@/features/lineage/curve";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";

/** An edge as it is painted, with the cards it stands between. */
export interface Stroke extends Ends {
  edge: FlowEdge;
}

/** A drawing without React Flow: what is painted from afar and what is saved as a picture. */
export interface Scene {
  nodes: FlowNode[];
  strokes: Stroke[];
}

export function sceneOf(nodes: FlowNode[], edges: FlowEdge[]): Scene {
  const at = new Map<string, { x: number; y: number }>();
  for (const { id, position, handles } of nodes)
    for (const handle of handles ?? [])
      at.set(`${id} ${handle.id ?? ""}`, { x: position.x + handle.x, y: position.y + handle.y });
  const strokes = edges.flatMap((edge): Stroke[] => {
    const source = at.get(`${edge.source} ${edge.sourceHandle ?? ""}`);
    const target = at.get(`${edge.target} ${edge.targetHandle ?? ""}`);
    return source && target
      ? [{ edge, sourceX: source.x, sourceY: source.y, targetX: target.x, targetY: target.y }]
      : [];
  });
  return { nodes, strokes };
}

export const nameOf = (node: FlowNode): string =>
  node.type === "card" ? node.data.node.title : node.type === "group" ? node.data.group.title : node.data.frame.title;
