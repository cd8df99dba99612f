import { useMemo } from "react";

/** A list of the address, the same one as long as it holds the same. */
export function useList(list: string[] | undefined): readonly string[] {
  const key = JSON.stringify(list ?? []);
  return useMemo(() => JSON.parse(key) as string[], [key]);
}

/** A list of the address as a set, the same one as long as it holds the same. */
export function useSet(list: string[] | undefined): ReadonlySet<string> {
  const same = useList(list);
  return useMemo(() => new Set(same), [same]);
}
