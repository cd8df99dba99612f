import { BaseEdge } from "@xyflow/react";
import type { EdgeProps } from "@xyflow/react";
import { memo } from "react";

import { useTone } from "@/features/lineage/board";
import { pathOf } from "@/features/lineage/curve";
import type { FlowEdge } from "@/features/lineage/flow";
import styles from "@/features/lineage/Way.module.css";

export const Way = memo(function Way({ id, data, ...ends }: EdgeProps<FlowEdge>) {
  const tone = useTone(id);
  const kind = data?.edge.influence ? styles.influence : styles.way;
  return <BaseEdge path={pathOf(ends)} interactionWidth={16} className={kind} data-tone={tone ?? undefined} />;
});
