import "@xyflow/react/dist/base.css";

import { Background, ControlButton, Controls, ReactFlow, useStore } from "@xyflow/react";
import { useMemo, useState } from "react";

import { Card } from "@/features/lineage/Card";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import { FrameCard, GroupCard } from "@/features/lineage/GroupCard";
import { MiniMap } from "@/features/lineage/MiniMap";
import { FAR } from "@/features/lineage/paint";
import { Painted } from "@/features/lineage/Painted";
import type { Scene } from "@/features/lineage/scene";
import { useFar } from "@/features/lineage/useFar";
import type { useSteadyView } from "@/features/lineage/useSteadyView";
import { Way } from "@/features/lineage/Way";

const nodeTypes = { card: Card, group: GroupCard, frame: FrameCard };
const edgeTypes = { way: Way };

/** From so many on, edges are painted, and cards from afar. */
const MANY_NODES = 150;
const MANY_EDGES = 1200;
/** Of a large drawing, so many edges of the card that has the focus are elements, which the keyboard reaches. */
const MOST_REACHED = 200;
const NO_NODES: FlowNode[] = [];

interface Props {
  scene: Scene;
  nodes: FlowNode[];
  edges: FlowEdge[];
  view: ReturnType<typeof useSteadyView>;
  onEdge: (edge: FlowEdge) => void;
}

/** The drawing: only what is in sight is rendered. */
export function Canvas({ scene, nodes, edges, view, onEdge }: Props) {
  const large = nodes.length > MANY_NODES || edges.length > MANY_EDGES;
  const far = useStore(({ transform }) => transform[2] < FAR) && large;
  const [current, setCurrent] = useState<string | null>(null);
  const reached = useMemo(
    () =>
      large
        ? edges.filter(({ source, target }) => source === current || target === current).slice(0, MOST_REACHED)
        : edges,
    [large, edges, current],
  );
  const { name, ...pane } = useFar({ scene, large, far, view, onEdge });
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const drawn = event.target instanceof Element ? event.target.closest<SVGElement>(".react-flow__edge") : null;
    const edge = edges.find(({ id }) => id === drawn?.dataset.id);
    if (!edge) return;
    // Else the same key press would reach the button that takes the focus, and close the panel.
    event.preventDefault();
    onEdge(edge);
  };
  return (
    <ReactFlow
      nodes={far ? NO_NODES : nodes}
      edges={reached}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      {...pane}
      onFocusCapture={({ target }) => {
        const card = target.closest<HTMLElement>("[data-card]")?.dataset.card;
        if (card) setCurrent(card);
      }}
      onKeyDownCapture={onKeyDown}
      onEdgeClick={(_, edge) => onEdge(edge)}
      onMoveStart={(event) => event && view.moved()}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      edgesFocusable
      deleteKeyCode={null}
      disableKeyboardA11y
      minZoom={0.005}
      maxZoom={2}
      colorMode="system"
      aria-label={`Lineage of ${nodes.length} cards${far ? "; the arrow keys lead to the cards" : ""}`}
    >
      {large && <Painted scene={scene} />}
      {name && <output style={{ position: "absolute", zIndex: 5, top: 12, left: 12 }}>{name}</output>}
      <Background />
      <Controls showInteractive={false} showFitView={false}>
        <ControlButton onClick={view.fit} title="Fit all into view" aria-label="Fit all into view">
          <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
            <path d="M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5" />
          </svg>
        </ControlButton>
      </Controls>
      <MiniMap nodes={nodes} />
    </ReactFlow>
  );
}
