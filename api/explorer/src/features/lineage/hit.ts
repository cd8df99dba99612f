import { distanceTo } from "@/features/lineage/curve";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import type { Scene } from "@/features/lineage/scene";

/** Pixels beside a line that still count as on it. */
const BESIDE = 6;

export type Hit = { node: FlowNode } | { edge: FlowEdge } | null;

/** What is painted at a point of the drawing: a card, else the nearest edge. */
export function hitAt({ nodes, strokes }: Scene, x: number, y: number, zoom: number): Hit {
  const node = nodes.findLast(
    ({ type, position, width = 0, height = 0 }) =>
      type !== "frame" && x >= position.x && x <= position.x + width && y >= position.y && y <= position.y + height,
  );
  if (node) return { node };
  let best: FlowEdge | null = null;
  let least = BESIDE / zoom;
  for (const stroke of strokes) {
    const distance = distanceTo(stroke, x, y);
    if (distance > least) continue;
    least = distance;
    best = stroke.edge;
  }
  return best && { edge: best };
}
