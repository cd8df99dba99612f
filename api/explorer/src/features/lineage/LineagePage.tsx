import { getRouteApi } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback } from "react";

import { Explored } from "@/features/lineage/Explored";
import type { LineageSearch } from "@/features/lineage/lineageSearch";

const route = getRouteApi("/lineage/$iri");

export function LineagePage() {
  const { iri } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback(
    (by: (search: LineageSearch) => LineageSearch) => void navigate({ search: by, replace: true, resetScroll: false }),
    [navigate],
  );
  return (
    <ReactFlowProvider key={iri}>
      <Explored iri={iri} search={search} change={change} />
    </ReactFlowProvider>
  );
}
