import { useQuery } from "@tanstack/react-query";

import { SourcesDocument } from "@/gql/graphql";
import type { SourcesQuery } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export type Source = SourcesQuery["sources"][number];

export function useSources() {
  return useQuery({
    queryKey: ["sources"],
    queryFn: async ({ signal }) => (await execute(SourcesDocument, {}, signal)).sources,
  });
}
