import { asText } from "@/lib/urlSearch";

/** What of an asset can be edited in its place. */
export const editable = ["title", "description", "tags", "owners", "domains", "terms"] as const;

export type Editable = (typeof editable)[number];

export interface AssetSearch {
  iri: string;
  tab?: string;
  edit?: Editable;
}

export function readAssetSearch(raw: Record<string, unknown>): AssetSearch {
  const edit = asText(raw.edit);
  return { iri: asText(raw.iri) ?? "", tab: asText(raw.tab), edit: editable.find((one) => one === edit) };
}
