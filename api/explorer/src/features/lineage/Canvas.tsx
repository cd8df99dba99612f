import "@xyflow/react/dist/base.css";

import { Background, Controls, MiniMap, ReactFlow } from "@xyflow/react";
import type { EdgeChange } from "@xyflow/react";

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
  const onEdgesChange = (changes: EdgeChange<FlowEdge>[]) => {
    for (const change of changes) {
      const edge = change.type === "select" && change.selected && edges.find(({ id }) => id === change.id);
      if (edge) onEdge(edge);
    }
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onEdgesChange={onEdgesChange}
      onEdgeClick={(_, edge) => onEdge(edge)}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable
      deleteKeyCode={null}
      fitView
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
