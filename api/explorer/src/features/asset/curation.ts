import type { Fact } from "@/features/asset/FactRow";
import type { AssetHead } from "@/features/asset/useAsset";
import type { CurateMutationVariables } from "@/gql/graphql";

/** What is said of an asset; every part may be left out. */
export type Saying = Omit<CurateMutationVariables, "iri">;

const predicates: Record<"title" | "description", string[]> = {
  title: [
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://xmlns.com/foaf/0.1/name",
  ],
  description: ["http://purl.org/dc/terms/description", "http://www.w3.org/2004/02/skos/core#definition"],
};

/** What people said before, so that undoing takes back only what was just said; empty where only sources spoke. */
export function curatedText(facts: Fact[], what: "title" | "description"): string {
  return facts.find((fact) => fact.curated && predicates[what].includes(fact.predicate))?.value ?? "";
}

/** The saying that restores the state before `saying`. */
export function inverse(saying: Saying, facts: Fact[]): Saying {
  return {
    ...(saying.title == null ? {} : { title: curatedText(facts, "title") }),
    ...(saying.description == null ? {} : { description: curatedText(facts, "description") }),
    ...(saying.addTags ? { removeTags: saying.addTags } : {}),
    ...(saying.removeTags ? { addTags: saying.removeTags } : {}),
    ...(saying.addOwners ? { removeOwners: saying.addOwners } : {}),
    ...(saying.removeOwners ? { addOwners: saying.removeOwners } : {}),
    ...(saying.addDomains ? { removeDomains: saying.addDomains } : {}),
    ...(saying.removeDomains ? { addDomains: saying.removeDomains } : {}),
    ...(saying.addTerms ? { removeTerms: saying.addTerms } : {}),
    ...(saying.removeTerms ? { addTerms: saying.removeTerms } : {}),
  };
}

/** What a list of linked assets, one a line by title, adds by name and removes by IRI. */
export function relisted(links: AssetHead["owners"], text: string): { added: string[]; removed: string[] } {
  const wanted = new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  );
  return {
    added: [...wanted].filter((title) => !links.some((link) => link.title === title)),
    removed: links.filter((link) => !wanted.has(link.title)).map((link) => link.iri),
  };
}

const listed = (value: string | string[] | null | undefined): string[] =>
  typeof value === "string" ? [value] : (value ?? []);

/** The asset as it will be; empty texts wait for the server, which knows what the sources say. */
export function foreseen(asset: AssetHead, saying: Saying): AssetHead {
  const added = listed(saying.addTags).filter((tag) => !asset.tags.includes(tag));
  const removed = listed(saying.removeTags);
  return {
    ...asset,
    title: saying.title?.trim() || asset.title,
    description: saying.description?.trim() || asset.description,
    tags: [...asset.tags, ...added].filter((tag) => !removed.includes(tag)),
  };
}
