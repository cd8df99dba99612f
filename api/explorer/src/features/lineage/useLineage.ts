import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { LineageDocument } from "@/gql/graphql";
import type { LineageDirection, LineageLevel, LineageQuery } from "@/gql/graphql";
import { mergeGraphs } from "@/features/lineage/graph";
import { execute } from "@/lib/graphql";

export interface Asked {
  iri: string;
  direction: LineageDirection;
  depth: number | null;
  level: LineageLevel;
}

type Answer = LineageQuery["lineage"];
const PAGE = 10_000;

/** The whole answer: all its pages. */
async function fetchLineage(asked: Asked, signal: AbortSignal): Promise<Answer> {
  let { lineage } = await execute(LineageDocument, { ...asked, first: PAGE }, signal);
  const [nodes, edges] = [[...lineage.nodes], [...lineage.edges]];
  while (lineage.pageInfo.hasNextPage) {
    const after = lineage.pageInfo.endCursor ?? null;
    ({ lineage } = await execute(LineageDocument, { ...asked, first: PAGE, after }, signal));
    nodes.push(...lineage.nodes);
    edges.push(...lineage.edges);
  }
  return { ...lineage, nodes, edges };
}

const asQuery = (asked: Asked) => ({
  queryKey: ["lineage", asked],
  queryFn: ({ signal }: { signal: AbortSignal }) => fetchLineage(asked, signal),
});

interface Extra {
  parts: Answer[];
  pending: boolean;
  error: Error | null;
}

const combine = (results: { data?: Answer | undefined; isPending: boolean; error: Error | null }[]): Extra => ({
  parts: results.flatMap(({ data }) => (data ? [data] : [])),
  pending: results.some(({ isPending }) => isPending),
  error: results.find(({ error }) => error)?.error ?? null,
});

/** The lineage asked for, with what was expanded since and the columns of opened cards. */
export function useLineage(main: Asked, expansions: Asked[], opened: Asked[]) {
  const query = useQuery(asQuery(main));
  const tables = useQueries({ queries: expansions.map(asQuery), combine });
  const columns = useQueries({ queries: opened.map(asQuery), combine });
  const graph = useMemo(
    () => (query.data ? mergeGraphs([query.data, ...tables.parts], columns.parts) : null),
    [query.data, tables.parts, columns.parts],
  );
  return { query, graph, pending: tables.pending || columns.pending, error: tables.error ?? columns.error };
}
