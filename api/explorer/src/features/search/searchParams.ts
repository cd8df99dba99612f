import { asList, asText } from "@/lib/urlSearch";

export const facetNames = ["kind", "platform", "source", "tag"] as const;

export type FacetName = (typeof facetNames)[number];

export type SearchParams = { q?: string } & Partial<Record<FacetName, string[]>>;

export function readSearch(raw: Record<string, unknown>): SearchParams {
  return {
    q: asText(raw.q),
    kind: asList(raw.kind),
    platform: asList(raw.platform),
    source: asList(raw.source),
    tag: asList(raw.tag),
  };
}

export function toggled(params: SearchParams, name: FacetName, value: string): SearchParams {
  const old = params[name] ?? [];
  const values = old.includes(value) ? old.filter((one) => one !== value) : [...old, value];
  return { ...params, [name]: values.length ? values : undefined };
}

export function chosen(params: SearchParams): { name: FacetName; value: string }[] {
  return facetNames.flatMap((name) => (params[name] ?? []).map((value) => ({ name, value })));
}

export const isEmpty = (params: SearchParams): boolean => !params.q?.trim() && chosen(params).length === 0;
