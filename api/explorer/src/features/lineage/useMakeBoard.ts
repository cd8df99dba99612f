import { useMemo } from "react";

import type { Board } from "@/features/lineage/board";
import type { Graph } from "@/features/lineage/graph";
import type { Light } from "@/features/lineage/light";
import { flipped } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { picked } from "@/features/lineage/useQuestion";
import type { useSteadyView } from "@/features/lineage/useSteadyView";
import { wayOf } from "@/features/lineage/ways";

interface Parts {
  light: Light;
  graph: Graph;
  view: ReturnType<typeof useSteadyView>;
  /** Changes what the address says, by what it says at that moment. */
  change: (by: (search: LineageSearch) => LineageSearch) => void;
  picking: boolean;
}

/** Every card reads the board, so it changes only when the graph does. */
export function useMakeBoard({ light, graph, view, change, picking }: Parts): Board {
  return useMemo(
    (): Board => ({
      light,
      takesFocus: view.takesFocus,
      hover: (id) => light.hover(id === null ? new Set() : wayOf(graph, id)),
      pick: picking ? (id) => change((search) => picked(search, id)) : null,
      toggle: (iri) => {
        view.grow(iri);
        change((search) => ({ ...search, open: flipped(search.open, iri) }));
      },
      openGroup: (id) => {
        view.grow(null);
        change((search) => ({ ...search, groups: [...(search.groups ?? []), id] }));
      },
      closeGroup: (id) => {
        view.grow(null);
        change((search) => ({ ...search, groups: search.groups?.filter((one) => one !== id) }));
      },
      expand: (iri, direction) => {
        view.grow(iri);
        change((search) => ({ ...search, more: [...(search.more ?? []), `${direction} ${iri}`] }));
      },
    }),
    [light, graph, view, change, picking],
  );
}
