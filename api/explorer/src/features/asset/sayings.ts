import type { Fact } from "@/features/asset/FactRow";
import { useAspect } from "@/features/asset/useAspect";
import { FactsDocument } from "@/gql/graphql";

const labels = {
  title: ["dct:title", "skos:prefLabel", "foaf:name"],
  description: ["dct:description", "skos:definition"],
  tags: ["dcat:keyword"],
  owners: ["fab:owner"],
  domains: ["fab:inDomain"],
  terms: ["dct:subject"],
};

export type Part = keyof typeof labels;

export const factsOf = (facts: Fact[], part: Part): Fact[] => facts.filter((fact) => labels[part].includes(fact.label));

/** The fact that is shown: what people said wins over what sources say. */
export function shownFact(facts: Fact[], part: "title" | "description"): Fact | undefined {
  const said = factsOf(facts, part);
  return said.find((fact) => fact.curated) ?? said[0];
}

/** Every statement about the asset with who makes it; nothing while that is not known. */
export function useFacts(iri: string): Fact[] {
  return useAspect(FactsDocument, iri, "facts").data?.asset?.facts ?? [];
}
