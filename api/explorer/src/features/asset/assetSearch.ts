import { asText } from "@/lib/urlSearch";

export interface AssetSearch {
  iri: string;
  tab?: string;
}

export function readAssetSearch(raw: Record<string, unknown>): AssetSearch {
  return { iri: asText(raw.iri) ?? "", tab: asText(raw.tab) };
}
