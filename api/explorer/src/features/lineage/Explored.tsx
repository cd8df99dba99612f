import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { BoardContext } from "@/features/lineage/board";
import { Canvas } from "@/features/lineage/Canvas";
import { EdgePanel } from "@/features/lineage/EdgePanel";
import type { LineageEdge } from "@/features/lineage/graph";
import { GROUP_ABOVE } from "@/features/lineage/grouping";
import { createLight } from "@/features/lineage/light";
import styles from "@/features/lineage/LineagePage.module.css";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { neighbour } from "@/features/lineage/neighbours";
import { Shortcuts } from "@/features/lineage/Shortcuts";
import { Alone, Failed, Waiting } from "@/features/lineage/states";
import { Toolbar } from "@/features/lineage/Toolbar";
import { useDrawing } from "@/features/lineage/useDrawing";
import { useKeys } from "@/features/lineage/useKeys";
import { useLineage } from "@/features/lineage/useLineage";
import { useMakeBoard } from "@/features/lineage/useMakeBoard";
import { useSet } from "@/features/lineage/useSet";
import { useSteadyView } from "@/features/lineage/useSteadyView";
import { count, plural } from "@/lib/format";
import { lastSegment } from "@/lib/iri";

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

  const { query, graph, pending, error } = useLineage(iri, search);
  const root = query.data?.root.iri ?? iri;
  const opened = useSet(search.open);
  const openGroups = useSet(search.groups);
  const grouped = (graph?.nodes.size ?? 0) > GROUP_ABOVE;
  const { shown, nodes, edges, ...layout } = useDrawing(graph, { root, opened, grouped, openGroups });
  const view = useSteadyView(nodes);
  const board = useMakeBoard({ light, graph: shown.graph, view, change });
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return wanted ? [...shown.graph.nodes.values()].filter(({ title }) => title.toLowerCase().includes(wanted)) : [];
  }, [words, shown]);
  useKeys({
    onArrow: (from, arrow) => view.go(from === null ? root : (neighbour(nodes, edges, from, arrow) ?? from)),
    onColumns: (card) => (graph?.nodes.get(card)?.fieldCount ? board.toggle(card) : undefined),
    onEscape: () => (edge ? setEdge(null) : setWords("")),
    onHelp: () => setHelp(true),
  });

  if (query.isPending) return <Waiting />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const { title } = query.data.root;
  const nameOf = (end: string) => graph?.nodes.get(end)?.title ?? lastSegment(end);
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
        onSearch={(next) => {
          view.grow(null);
          change(() => next);
        }}
        words={words}
        onWords={setWords}
        found={found}
        onGo={(one) => view.go(one) && setWords("")}
        onHelp={() => setHelp(true)}
      />
      <p role="status" className={styles.said} data-testid="lineage-status">
        {plural(graph?.nodes.size ?? 0, "asset")}
        {grouped &&
          ` — more than ${count(GROUP_ABOVE)}, so they are grouped by where they are kept. Open a group to see its assets.`}
        {pending && " · loading more …"}
        {layout.drawing && " · drawing …"}
      </p>
      {error && <Failed error={error} onRetry={() => void query.refetch()} />}
      {layout.error && <Failed error={layout.error} onRetry={() => void query.refetch()} />}
      {graph?.edges.size === 0 && !pending && <Alone iri={root} title={title} />}
      <BoardContext value={board}>
        <div className={styles.canvas} data-testid="lineage">
          {nodes.length > 0 && (
            <Canvas nodes={nodes} edges={edges} onFit={view.fit} onEdge={(one) => setEdge(one.data?.edge ?? null)} />
          )}
          {edge && (
            <EdgePanel edge={edge} names={[nameOf(edge.start), nameOf(edge.end)]} onClose={() => setEdge(null)} />
          )}
        </div>
      </BoardContext>
      <Shortcuts open={help} onOpenChange={setHelp} />
    </section>
  );
}
