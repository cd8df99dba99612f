import "@xyflow/react/dist/base.css";

import { Background, Controls, MiniMap, ReactFlow } from "@xyflow/react";

import { Card, GroupCard } from "@/features/lineage/Card";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import { Way } from "@/features/lineage/Way";

const nodeTypes = { card: Card, group: GroupCard };
const edgeTypes = { way: Way };

interface Props {
  nodes: FlowNode[];
  edges: FlowEdge[];
  onEdge: (edge: FlowEdge) => void;
}

/** The drawing: only what is in sight is rendered. */
export function Canvas({ nodes, edges, onEdge }: Props) {
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
      fitViewOptions={{ maxZoom: 1 }}
      minZoom={0.02}
      maxZoom={2}
      colorMode="system"
    >
      <Background />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable nodeStrokeWidth={0} ariaLabel="Map of the lineage" />
    </ReactFlow>
  );
}
