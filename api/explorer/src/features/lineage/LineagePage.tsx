import { getRouteApi } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";

import { Explored } from "@/features/lineage/Explored";
import type { LineageSearch } from "@/features/lineage/lineageSearch";

const route = getRouteApi("/lineage/$iri");

export function LineagePage() {
  const { iri } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (next: LineageSearch) => void navigate({ search: next, replace: true });
  return (
    <ReactFlowProvider key={iri}>
      <Explored iri={iri} search={search} onSearch={onSearch} />
    </ReactFlowProvider>
  );
}
