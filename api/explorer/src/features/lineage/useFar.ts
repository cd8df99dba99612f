import { useReactFlow } from "@xyflow/react";
import { useRef, useState } from "react";

import { useBoard } from "@/features/lineage/board";
import type { FlowEdge } from "@/features/lineage/flow";
import { hitAt } from "@/features/lineage/hit";
import { nameOf } from "@/features/lineage/scene";
import type { Scene } from "@/features/lineage/scene";
import type { useSteadyView } from "@/features/lineage/useSteadyView";

interface Parts {
  scene: Scene;
  large: boolean;
  far: boolean;
  view: ReturnType<typeof useSteadyView>;
  onEdge: (edge: FlowEdge) => void;
}

/** Pointing at what is painted: a card is named, lit and gone to, an edge is told of. */
export function useFar({ scene, large, far, view, onEdge }: Parts) {
  const flow = useReactFlow();
  const board = useBoard();
  const pointed = useRef<string | null>(null);
  const [name, setName] = useState<string | null>(null);
  if (!large) return { name: null };
  const hit = ({ clientX, clientY }: React.MouseEvent) => {
    const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false });
    return hitAt(scene, x, y, flow.getZoom());
  };
  const point = (id: string | null, title: string | null) => {
    if (pointed.current === id) return;
    pointed.current = id;
    board.hover(id);
    setName(title);
  };
  return {
    name: far ? name : null,
    onPaneMouseMove: (event: React.MouseEvent) => {
      if (!far) return;
      const found = hit(event);
      if (found && "node" in found) point(found.node.id, nameOf(found.node));
      else point(null, null);
    },
    onPaneMouseLeave: () => point(null, null),
    onPaneClick: (event: React.MouseEvent) => {
      const found = hit(event);
      if (!found) return;
      if ("edge" in found) onEdge(found.edge);
      else if (board.pick && found.node.type === "card") board.pick(found.node.id);
      else view.go(found.node.id);
    },
  };
}
