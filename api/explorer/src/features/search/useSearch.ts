import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { isEmpty } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { SearchDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

const PAGE = 20;

export function useSearch(params: SearchParams) {
  const variables = {
    query: params.q?.trim() ?? "",
    first: PAGE,
    kinds: params.kind ?? null,
    platforms: params.platform ?? null,
    sources: params.source ?? null,
    tags: params.tag ?? null,
  };
  return useInfiniteQuery({
    queryKey: ["search", variables],
    queryFn: async ({ pageParam, signal }) =>
      (await execute(SearchDocument, { ...variables, after: pageParam }, signal)).search,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    enabled: !isEmpty(params),
    placeholderData: keepPreviousData,
  });
}
