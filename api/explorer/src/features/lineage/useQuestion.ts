import { useEffect, useMemo } from "react";

import type { GroupedGraph } from "@/features/lineage/grouping";
import type { Light } from "@/features/lineage/light";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { marksOfImpact, marksOfWays } from "@/features/lineage/marks";
import type { Marks } from "@/features/lineage/marks";
import { useImpact } from "@/features/lineage/useImpact";
import { useWays } from "@/features/lineage/useWays";

/** Whether a click on a card or column chooses it for the question that is asked. */
export const isPicking = ({ ask, from, to }: LineageSearch): boolean =>
  ask === "impact" || (ask === "ways" && !(from && to));

/** The address after a card or column was chosen. */
export function picked(search: LineageSearch, id: string): LineageSearch {
  if (search.ask === "impact") return { ...search, of: id, change: undefined, as: undefined };
  return search.from ? { ...search, to: id } : { ...search, from: id };
}

/** Asks what the address asks, and marks the answer in the drawing. */
export function useQuestion(search: LineageSearch, shown: GroupedGraph, light: Light) {
  const ways = useWays(search);
  const impact = useImpact(search);
  const { ask, of } = search;
  const marks = useMemo((): Marks => {
    if (ask === "ways" && ways.data) return marksOfWays(shown, ways.data);
    if (ask === "impact" && impact.data && of) return marksOfImpact(shown, of, impact.data);
    return new Map();
  }, [ask, of, shown, ways.data, impact.data]);
  useEffect(() => light.mark(marks), [light, marks]);
  return { ways, impact };
}
