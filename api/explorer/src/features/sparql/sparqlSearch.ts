import { asText } from "@/lib/urlSearch";

export interface SparqlSearch {
  query?: string;
}

export const readSparqlSearch = (raw: Record<string, unknown>): SparqlSearch => ({ query: asText(raw.query) });
