import { useQuery } from "@tanstack/react-query";

import type { TypedDocumentString } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

/** One tab's share of an asset, fetched when the tab opens. */
export function useAspect<Result>(document: TypedDocumentString<Result, { iri: string }>, iri: string, aspect: string) {
  return useQuery({
    queryKey: ["asset", iri, aspect],
    queryFn: ({ signal }) => execute(document, { iri }, signal),
  });
}
