import { useMemo } from "react";

import { boxesOf, edgesOf, nodesOf } from "@/features/lineage/flow";
import type { Graph } from "@/features/lineage/graph";
import { groupByContainer } from "@/features/lineage/grouping";
import type { GroupedGraph } from "@/features/lineage/grouping";
import { useLayout } from "@/features/lineage/useLayout";

const EMPTY: GroupedGraph = { graph: { nodes: new Map(), edges: new Map() }, groups: new Map() };

interface Wanted {
  root: string;
  opened: ReadonlySet<string>;
  grouped: boolean;
  openGroups: ReadonlySet<string>;
}

/** What is drawn of a graph, and where. */
export function useDrawing(graph: Graph | null, { root, opened, grouped, openGroups }: Wanted) {
  const shown = useMemo((): GroupedGraph => {
    if (!graph) return EMPTY;
    return grouped ? groupByContainer(graph, openGroups, root) : { graph, groups: new Map() };
  }, [graph, grouped, openGroups, root]);
  const boxes = useMemo(() => boxesOf(shown, opened), [shown, opened]);
  const tables = useMemo(() => [...shown.graph.edges.values()].filter(({ level }) => level === "TABLE"), [shown]);
  const { places, error } = useLayout(boxes, tables);
  const nodes = useMemo(() => (places ? nodesOf(shown, opened, places, root) : []), [shown, opened, places, root]);
  const edges = useMemo(() => edgesOf(shown, opened), [shown, opened]);
  return { shown, nodes, edges, drawing: !places && !error, error };
}
