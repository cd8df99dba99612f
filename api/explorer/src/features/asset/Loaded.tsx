import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Skeleton } from "@/components/Skeleton";

interface Props<Data> {
  query: UseQueryResult<Data>;
  what: string;
  children: (data: Data) => ReactNode;
}

/** Shows a query's waiting, its failure with a way to retry, or its data. */
export function Loaded<Data>({ query, what, children }: Props<Data>) {
  if (query.isPending) return <Skeleton lines={6} label={`Loading ${what}`} />;
  if (query.isError) {
    return <ErrorPanel title={`Could not load ${what}`} error={query.error} onRetry={() => void query.refetch()} />;
  }
  return children(query.data);
}
