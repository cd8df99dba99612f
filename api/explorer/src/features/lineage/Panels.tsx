import { EdgePanel } from "@/features/lineage/EdgePanel";
import type { LineageEdge } from "@/features/lineage/graph";
import { ImpactPanel } from "@/features/lineage/ImpactPanel";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import type { useQuestion } from "@/features/lineage/useQuestion";
import { WaysPanel } from "@/features/lineage/WaysPanel";
import { datasetOf } from "@/lib/iri";

interface Props {
  root: string;
  search: LineageSearch;
  edge: LineageEdge | null;
  question: ReturnType<typeof useQuestion>;
  nameOf: (id: string) => string;
  isDrawn: (id: string) => boolean;
  onEdge: (edge: LineageEdge | null) => void;
  onGo: (iri: string) => void;
  onSearch: (search: LineageSearch) => void;
}

/** What stands beside the drawing: an edge, else the question that is asked. */
export function Panels({ root, search, edge, question, nameOf, isDrawn, onEdge, onGo, onSearch }: Props) {
  const onClose = () => onSearch({ ...search, ask: undefined });
  const go = (id: string) => onGo(datasetOf(id));
  if (edge)
    return <EdgePanel edge={edge} nameOf={nameOf} asOf={search.asOf} onEdge={onEdge} onClose={() => onEdge(null)} />;
  if (search.ask === "ways")
    return <WaysPanel ways={question.ways} {...{ search, nameOf, isDrawn, onSearch, onClose }} onGo={go} />;
  if (search.ask !== "impact") return null;
  const table = search.of ? datasetOf(search.of) : root;
  return <ImpactPanel impact={question.impact} {...{ table, search, nameOf, onSearch, onClose }} onGo={go} />;
}
