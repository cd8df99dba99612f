import { BaseEdge, getBezierPath } from "@xyflow/react";
import type { EdgeProps } from "@xyflow/react";
import { memo } from "react";

import { useLit } from "@/features/lineage/board";
import type { FlowEdge } from "@/features/lineage/flow";

export const Way = memo(function Way({ id, data, selected, ...ends }: EdgeProps<FlowEdge>) {
  const lit = useLit(id);
  const [path] = getBezierPath(ends);
  const strong = lit || selected;
  return (
    <BaseEdge
      path={path}
      interactionWidth={16}
      style={{
        stroke: strong ? "var(--accent)" : "var(--line-strong)",
        strokeWidth: strong ? 2.5 : 1.5,
        strokeDasharray: data?.edge.influence ? "5 4" : undefined,
      }}
    />
  );
});
