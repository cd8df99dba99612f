import { useQuery } from "@tanstack/react-query";

import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { WaysDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";
import { datasetOf } from "@/lib/iri";

export const MOST_WAYS = 100;

const isField = (iri: string) => datasetOf(iri) !== iri;

/** The ways between the two that the address names; between columns where both are columns. */
export function useWays({ ask, from, to }: LineageSearch) {
  return useQuery({
    queryKey: ["lineage", "ways", from, to],
    queryFn: async ({ signal }) => {
      const [start, end] = [from ?? "", to ?? ""];
      const level = isField(start) && isField(end) ? "COLUMN" : "TABLE";
      return (await execute(WaysDocument, { start, end, level, first: MOST_WAYS }, signal)).lineagePaths;
    },
    enabled: ask === "ways" && from !== undefined && to !== undefined,
  });
}
