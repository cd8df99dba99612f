import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Skeleton } from "@/components/Skeleton";

interface Props<Data> {
  query: UseQueryResult<Data> | UseInfiniteQueryResult<Data>;
  what: string;
  children: (data: Data) => ReactNode;
}

/** Shows a query's waiting, its failure with a way to retry, or its data; data that could not be renewed stay. */
export function Loaded<Data>({ query, what, children }: Props<Data>) {
  if (query.isPending) return <Skeleton lines={6} label={`Loading ${what}`} />;
  if (query.isError) {
    const title = query.data !== undefined ? "What is shown may be out of date" : `Could not load ${what}`;
    return (
      <>
        <ErrorPanel title={title} error={query.error} onRetry={() => void query.refetch()} />
        {query.data !== undefined && children(query.data)}
      </>
    );
  }
  return children(query.data);
}
