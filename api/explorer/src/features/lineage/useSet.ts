import { useMemo } from "react";

/** A list of the address as a set, the same one as long as it holds the same. */
export function useSet(list: string[] | undefined): ReadonlySet<string> {
  const key = JSON.stringify(list ?? []);
  return useMemo(() => new Set(JSON.parse(key) as string[]), [key]);
}
