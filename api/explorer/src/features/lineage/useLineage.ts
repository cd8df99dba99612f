import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { LineageDocument } from "@/gql/graphql";
import type { LineageDirection, LineageLevel, LineageQuery } from "@/gql/graphql";
import { mergeGraphs } from "@/features/lineage/graph";
import { stepsOf } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { execute } from "@/lib/graphql";

interface Asked {
  iri: string;
  direction: LineageDirection;
  depth: number | null;
  level: LineageLevel;
  asOf: string | null;
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
export function useLineage(iri: string, search: LineageSearch) {
  const depth = stepsOf(search);
  const asOf = search.asOf ?? null;
  const main: Asked = { iri, direction: search.direction ?? "BOTH", depth, level: "TABLE", asOf };
  const expansions = (search.more ?? []).map((one): Asked => {
    const [direction, card] = [one.slice(0, one.indexOf(" ")), one.slice(one.indexOf(" ") + 1)];
    return { iri: card, direction: direction as LineageDirection, depth: 1, level: "TABLE", asOf };
  });
  const opened = (search.open ?? []).map((one): Asked => ({
    iri: one,
    direction: "BOTH",
    depth,
    level: "COLUMN",
    asOf,
  }));
  // What is shown stays until the answer to the next question is there.
  const query = useQuery({ ...asQuery(main), placeholderData: keepPreviousData });
  const [last, setLast] = useState(query.data);
  if (query.data && query.data !== last) setLast(query.data);
  // It stays too where that answer is an error.
  const data = query.data ?? last;
  const tables = useQueries({ queries: expansions.map(asQuery), combine });
  const columns = useQueries({ queries: opened.map(asQuery), combine });
  const graph = useMemo(
    () => (data ? mergeGraphs([data, ...tables.parts], columns.parts) : null),
    [data, tables.parts, columns.parts],
  );
  return {
    query,
    root: data?.root ?? null,
    graph,
    pending: query.isPlaceholderData || tables.pending || columns.pending,
    error: query.error ?? tables.error ?? columns.error,
  };
}
