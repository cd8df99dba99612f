import { useQuery } from "@tanstack/react-query";

import { SourcesDocument } from "@/gql/graphql";
import type { SourcesQuery } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export type Source = SourcesQuery["sources"]["edges"][number]["node"];

export function useSources() {
  return useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => allSources(signal),
  });
}

async function allSources(signal: AbortSignal): Promise<Source[]> {
  const found: Source[] = [];
  for (let after: string | null = null; ;) {
    const { sources }: SourcesQuery = await execute(SourcesDocument, { after }, signal);
    found.push(...sources.edges.map((edge) => edge.node));
    if (!sources.pageInfo.hasNextPage) return found;
    after = sources.pageInfo.endCursor ?? null;
  }
}
