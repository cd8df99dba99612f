import type { Fact } from "@/features/asset/FactRow";
import { factsOf } from "@/features/asset/sayings";
import type { AssetHead } from "@/features/asset/useAsset";
import type { CurateMutationVariables } from "@/gql/graphql";
import { lastSegment } from "@/lib/iri";

/** What is said of an asset; every part may be left out. */
export type Saying = Omit<CurateMutationVariables, "iri">;

/** What people said before, so that undoing takes back only what was just said; empty where only sources spoke. */
export function curatedText(facts: Fact[], what: "title" | "description"): string {
  return factsOf(facts, what).find((fact) => fact.curated)?.value ?? "";
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

type Given = string | string[] | null | undefined;

const listed = (value: Given): string[] => (typeof value === "string" ? [value] : (value ?? []));

type Links = AssetHead["owners"];

/** The name by which an owner, domain or term is added and taken away: the last part of the IRI. */
export const linkName = (iri: string): string => lastSegment(iri);

function relinked(links: Links, kind: string, given: Given, taken: Given): Links {
  const gone = listed(taken);
  const kept = links.filter(({ iri }) => !gone.includes(linkName(iri)));
  const names = listed(given).filter((name) => !kept.some(({ iri }) => linkName(iri) === name));
  // Until the server has answered, a new one has a name and no page.
  return [...kept, ...names.map((name) => ({ iri: name, kind, title: name }))];
}

/** The asset as it will be; empty texts wait for the server, which knows what the sources say. */
export function foreseen(asset: AssetHead, saying: Saying): AssetHead {
  const added = listed(saying.addTags).filter((tag) => !asset.tags.includes(tag));
  return {
    ...asset,
    title: saying.title?.trim() || asset.title,
    description: saying.description?.trim() || asset.description,
    tags: [...asset.tags, ...added].filter((tag) => !listed(saying.removeTags).includes(tag)),
    owners: relinked(asset.owners, "agent", saying.addOwners, saying.removeOwners),
    domains: relinked(asset.domains, "concept", saying.addDomains, saying.removeDomains),
    terms: relinked(asset.terms, "concept", saying.addTerms, saying.removeTerms),
  };
}

/** What was done, in a few words. */
export function inWords(saying: Saying): string {
  const names = (verb: string, what: string, given: Given) => listed(given).map((name) => `${what} ${name} ${verb}`);
  const done = [
    ...(saying.title == null ? [] : ["Title saved"]),
    ...(saying.description == null ? [] : ["Description saved"]),
    ...names("added", "Tag", saying.addTags),
    ...names("removed", "Tag", saying.removeTags),
    ...names("added", "Owner", saying.addOwners),
    ...names("removed", "Owner", saying.removeOwners),
    ...names("added", "Domain", saying.addDomains),
    ...names("removed", "Domain", saying.removeDomains),
    ...names("added", "Term", saying.addTerms),
    ...names("removed", "Term", saying.removeTerms),
  ];
  return done.join(", ");
}
