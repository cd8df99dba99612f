import { useQuery } from "@tanstack/react-query";

import { askSparql } from "@/features/sparql/askSparql";

const PREFIXES: Record<string, string> = {
  "http://www.w3.org/ns/dcat#": "dcat:",
  "http://purl.org/dc/terms/": "dct:",
  "http://www.w3.org/ns/prov#": "prov:",
  "http://www.w3.org/2004/02/skos/core#": "skos:",
  "http://xmlns.com/foaf/0.1/": "foaf:",
  "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
  "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
};

const QUERY = "SELECT DISTINCT ?term WHERE { { ?s ?term ?o } UNION { ?s a ?term } }";

function shortened(iri: string): string {
  const found = Object.entries(PREFIXES).find(([start]) => iri.startsWith(start));
  return found ? found[1] + iri.slice(found[0].length) : `<${iri}>`;
}

/** The classes and properties in use, as the editor completes them. */
export function useTerms(): string[] {
  const { data } = useQuery({
    queryKey: ["sparql", "terms"],
    queryFn: ({ signal }) => askSparql(QUERY, signal),
    staleTime: Infinity,
  });
  if (data?.kind !== "rows") return [];
  return data.bindings.flatMap(({ term }) => (term ? [shortened(term.value)] : [])).sort();
}
