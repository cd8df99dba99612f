import { useMemo } from "react";

import { narrow } from "@/features/lineage/filters";
import type { Filtered, Filters } from "@/features/lineage/filters";
import { boxesOf, edgesOf, nodesOf } from "@/features/lineage/flow";
import { missingNeighbours } from "@/features/lineage/graph";
import type { Graph } from "@/features/lineage/graph";
import { groupingOf, groupUp, ungrouped } from "@/features/lineage/grouping";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { useLayout } from "@/features/lineage/useLayout";
import { useList, useSet } from "@/features/lineage/useSteady";
import { datasetOf } from "@/lib/iri";

const EMPTY: Graph = { nodes: new Map(), edges: new Map() };

function useFilters({ platform, kind, domain, jobs }: LineageSearch): Filters {
  const lists = [useList(platform), useList(kind), useList(domain)] as const;
  const [platforms, kinds, domains] = lists;
  return useMemo(
    () => ({ platform: [...platforms], kind: [...kinds], domain: [...domains], jobs }),
    [platforms, kinds, domains, jobs],
  );
}

/** What is drawn of a graph, and where. */
export function useDrawing(whole: Graph | null, root: string, search: LineageSearch) {
  const graph = whole ?? EMPTY;
  const opened = useSet(search.open);
  const openGroups = useList(search.groups);
  const filters = useFilters(search);
  const { at, ask, from, to, of } = search;
  const named = ask === "ways" ? [at, from, to] : ask === "impact" ? [at, of] : [at];
  const kept = useSet([root, ...named.flatMap((one) => (one === undefined ? [] : datasetOf(one)))]);
  const missing = useMemo(() => missingNeighbours(graph), [graph]);
  const narrowed = useMemo((): Filtered => narrow(graph, filters, kept), [graph, filters, kept]);
  const grouping = groupingOf(search.group, narrowed.graph.nodes.size);
  const shown = useMemo(
    () => (grouping === "none" ? ungrouped(narrowed.graph) : groupUp(narrowed.graph, grouping, openGroups, kept)),
    [narrowed, grouping, openGroups, kept],
  );
  const boxes = useMemo(() => boxesOf(shown, opened), [shown, opened]);
  const tables = useMemo(() => [...shown.graph.edges.values()].filter(({ level }) => level === "TABLE"), [shown]);
  const frames = useMemo(() => new Map([...shown.frames].map(([id, { members }]) => [id, members])), [shown]);
  const { places, sizes, error } = useLayout(boxes, tables, frames);
  const nodes = useMemo(
    () => (places ? nodesOf(shown, { opened, places, sizes, missing, root }) : []),
    [shown, opened, places, sizes, missing, root],
  );
  const edges = useMemo(() => edgesOf(shown, opened), [shown, opened]);
  return { narrowed, grouping, shown, nodes, edges, drawing: !places && !error, error };
}
