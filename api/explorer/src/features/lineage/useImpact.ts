import { useQuery } from "@tanstack/react-query";

import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { ChangeableDocument, ImpactDocument } from "@/gql/graphql";
import type { ProposedChange } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

/** The change that the address proposes; null as long as something of it is missing. */
export function proposed({ ask, change, of, as }: LineageSearch): ProposedChange | null {
  if (ask !== "impact" || !change || !of) return null;
  if (change === "RENAME_COLUMN") return as ? { kind: change, iri: of, newName: as } : null;
  if (change === "RETYPE_COLUMN") return as ? { kind: change, iri: of, newType: as } : null;
  return { kind: change, iri: of };
}

/** What the proposed change would break. */
export function useImpact(search: LineageSearch) {
  const change = proposed(search);
  return useQuery({
    queryKey: ["lineage", "impact", change],
    queryFn: async ({ signal }) => {
      if (!change) throw new Error("No change was proposed.");
      return (await execute(ImpactDocument, { change }, signal)).impact;
    },
    enabled: change !== null,
  });
}

interface Nested {
  iri: string;
  path: string;
  fields?: Nested[];
}

const flat = (fields: Nested[]): Nested[] => fields.flatMap((one) => [one, ...flat(one.fields ?? [])]);

/** The columns of a table that can be changed, nested ones too. */
export function useChangeable(iri: string) {
  return useQuery({
    queryKey: ["lineage", "changeable", iri],
    queryFn: async ({ signal }) => {
      const { asset } = await execute(ChangeableDocument, { iri }, signal);
      return asset && "fields" in asset ? flat(asset.fields) : [];
    },
  });
}
