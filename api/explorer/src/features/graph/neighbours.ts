import type { LinkPartsFragment, NeighbourhoodQuery } from "@/gql/graphql";

export type Centre = NonNullable<NeighbourhoodQuery["asset"]>;

export interface Neighbour {
  link: LinkPartsFragment;
  /** What the edge means, read from its start to its end. */
  label: string;
  /** From the centre to the neighbour, or the other way. */
  outwards: boolean;
}

const out = (label: string, links: LinkPartsFragment[]): Neighbour[] =>
  links.map((link) => ({ link, label, outwards: true }));

const into = (label: string, links: LinkPartsFragment[]): Neighbour[] =>
  links.map((link) => ({ link, label, outwards: false }));

/** Everything one step from an asset, once for each meaning. */
export function neighboursOf(asset: Centre): Neighbour[] {
  return [
    ...out("is in", asset.path.slice(-1)),
    ...out("is owned by", asset.owners),
    ...out("belongs to", asset.domains),
    ...out("is about", asset.terms),
    ...out("is made from", asset.upstream),
    ...into("is made from", asset.downstream),
    ...("references" in asset
      ? out(
          "references",
          asset.references.map((key) => key.target),
        )
      : []),
    ...("referencedBy" in asset ? into("references", asset.referencedBy) : []),
    ...("reads" in asset ? out("reads", asset.reads) : []),
    ...("writes" in asset ? out("writes", asset.writes) : []),
    ...("members" in asset ? into("is in", asset.members) : []),
    ...("owns" in asset ? into("is owned by", asset.owns) : []),
  ].filter(({ link }) => link.iri !== asset.iri);
}
