import "@xyflow/react/dist/base.css";

import { Background, ControlButton, Controls, ReactFlow } from "@xyflow/react";

import { Card } from "@/features/lineage/Card";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import { FrameCard, GroupCard } from "@/features/lineage/GroupCard";
import { MiniMap } from "@/features/lineage/MiniMap";
import { Way } from "@/features/lineage/Way";

const nodeTypes = { card: Card, group: GroupCard, frame: FrameCard };
const edgeTypes = { way: Way };

interface Props {
  nodes: FlowNode[];
  edges: FlowEdge[];
  onFit: () => void;
  onEdge: (edge: FlowEdge) => void;
}

/** The drawing: only what is in sight is rendered. */
export function Canvas({ nodes, edges, onFit, onEdge }: Props) {
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
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onKeyDownCapture={onKeyDown}
      onEdgeClick={(_, edge) => onEdge(edge)}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      edgesFocusable
      deleteKeyCode={null}
      disableKeyboardA11y
      minZoom={0.02}
      maxZoom={2}
      colorMode="system"
    >
      <Background />
      <Controls showInteractive={false} showFitView={false}>
        <ControlButton onClick={onFit} title="Fit all into view" aria-label="Fit all into view">
          <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
            <path d="M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5" />
          </svg>
        </ControlButton>
      </Controls>
      <MiniMap nodes={nodes} />
    </ReactFlow>
  );
}
