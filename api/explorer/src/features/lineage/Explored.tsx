import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { BoardContext } from "@/features/lineage/board";
import { Canvas } from "@/features/lineage/Canvas";
import { facetsOf } from "@/features/lineage/filters";
import { titleOf } from "@/features/lineage/flow";
import type { LineageEdge } from "@/features/lineage/graph";
import { createLight } from "@/features/lineage/light";
import styles from "@/features/lineage/LineagePage.module.css";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { Panels } from "@/features/lineage/Panels";
import { neighbour } from "@/features/lineage/neighbours";
import { sceneOf } from "@/features/lineage/scene";
import { Share } from "@/features/lineage/Share";
import { Shortcuts } from "@/features/lineage/Shortcuts";
import { Alone, Failed, Status, Waiting } from "@/features/lineage/states";
import { TimeSlider } from "@/features/lineage/TimeSlider";
import { Toolbar } from "@/features/lineage/Toolbar";
import { useDrawing } from "@/features/lineage/useDrawing";
import { useKeys } from "@/features/lineage/useKeys";
import { useLineage } from "@/features/lineage/useLineage";
import { useMakeBoard } from "@/features/lineage/useMakeBoard";
import { isPicking, useQuestion } from "@/features/lineage/useQuestion";
import { useSteadyView } from "@/features/lineage/useSteadyView";
import { datasetOf, lastSegment } from "@/lib/iri";

interface Props {
  iri: string;
  search: LineageSearch;
  change: (by: (search: LineageSearch) => LineageSearch) => void;
}

export function Explored({ iri, search, change }: Props) {
  const [words, setWords] = useState("");
  const [edge, setEdge] = useState<LineageEdge | null>(null);
  const [help, setHelp] = useState(false);
  const [light] = useState(createLight);

  const { query, root: described, graph, pending, error } = useLineage(iri, search);
  const root = described?.iri ?? iri;
  const { narrowed, shown, nodes, edges, ...layout } = useDrawing(graph, root, search);
  const scene = useMemo(() => sceneOf(nodes, edges), [nodes, edges]);
  const view = useSteadyView(nodes);
  const question = useQuestion(search, shown, light);
  const board = useMakeBoard({ light, graph: shown.graph, view, change, picking: isPicking(search) });
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return wanted ? [...narrowed.graph.nodes.values()].filter(({ title }) => title.toLowerCase().includes(wanted)) : [];
  }, [words, narrowed]);
  const facets = useMemo(() => (graph ? facetsOf(graph) : []), [graph]);
  const go = (one: string) => {
    setWords("");
    if (!view.go(one)) change((now) => ({ ...now, at: one }));
  };
  useKeys({
    onArrow: (from, arrow) => view.go(from === null ? root : (neighbour(nodes, edges, from, arrow) ?? from)),
    onColumns: (card) => (graph?.nodes.get(card)?.fieldCount ? board.toggle(card) : undefined),
    onEscape: () => {
      if (edge) setEdge(null);
      else if (words) setWords("");
      else if (search.ask) change((now) => ({ ...now, ask: undefined }));
    },
    onHelp: () => setHelp(true),
  });

  if (!described) {
    return query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Waiting />;
  }
  const { title } = described;
  const nameOf = (id: string): string => {
    const table = datasetOf(id);
    return table === id ? titleOf(shown.graph, shown.groups, id, graph) : `${nameOf(table)}.${lastSegment(id)}`;
  };
  const onSearch = (next: LineageSearch) => {
    view.grow(null);
    change(() => next);
  };
  return (
    <section className={styles.page}>
      <title>{`Lineage of ${title} · Fabric`}</title>
      <h1 dir="auto">
        Lineage of{" "}
        <Link to="/asset" search={{ iri: root }}>
          {title}
        </Link>
      </h1>
      <Toolbar
        search={search}
        facets={facets}
        share={<Share scene={scene} title={title} />}
        onSearch={onSearch}
        words={words}
        onWords={setWords}
        found={found}
        onGo={go}
        onHelp={() => setHelp(true)}
      />
      <div className={styles.under}>
        <Status
          narrowed={narrowed}
          asked={search.group}
          grouping={layout.grouping}
          pending={pending}
          drawing={layout.drawing}
        />
        <TimeSlider asOf={search.asOf} onAsOf={(asOf) => onSearch({ ...search, asOf, ask: undefined })} />
      </div>
      {error && <Failed error={error} onRetry={() => void query.refetch()} />}
      {layout.error && <Failed error={layout.error} onRetry={() => void query.refetch()} />}
      {graph?.edges.size === 0 && !pending && <Alone iri={root} title={title} />}
      <BoardContext value={board}>
        <div className={styles.canvas} data-testid="lineage" data-drawn={nodes.length}>
          {nodes.length > 0 && (
            <Canvas {...{ scene, nodes, edges, view }} onEdge={(one) => setEdge(one.data?.edge ?? null)} />
          )}
          <Panels
            {...{ root, search, edge, question, nameOf, onSearch }}
            isDrawn={(id) => shown.place.has(datasetOf(id))}
            onEdge={setEdge}
            onGo={go}
          />
        </div>
      </BoardContext>
      <Shortcuts open={help} onOpenChange={setHelp} />
    </section>
  );
}
