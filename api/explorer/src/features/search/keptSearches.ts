import { readSearch } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { forget, keep, useSaved } from "@/lib/saved";
import { parseSearch, stringifySearch } from "@/lib/urlSearch";

const KEY = "fabric.searches";

export interface SavedSearch {
  name: string;
  params: SearchParams;
}

/** The searches kept in this browser, by name. */
export function useKeptSearches(): SavedSearch[] {
  return Object.entries(useSaved(KEY))
    .map(([name, text]) => ({ name, params: readSearch(parseSearch(text)) }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

export const keepSearch = (name: string, params: SearchParams): void => keep(KEY, name, stringifySearch(params));

export const forgetSearch = (name: string): void => forget(KEY, name);
