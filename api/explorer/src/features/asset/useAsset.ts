import { useQuery } from "@tanstack/react-query";

import { AssetDocument } from "@/gql/graphql";
import type { AssetQuery } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

export type AssetHead = NonNullable<AssetQuery["asset"]>;

export function useAsset(iri: string) {
  return useQuery({
    queryKey: ["asset", iri, "head"],
    queryFn: async ({ signal }) => (await execute(AssetDocument, { iri }, signal)).asset ?? null,
    enabled: iri !== "",
  });
}
