import { Link } from "@tanstack/react-router";
import { useReactFlow } from "@xyflow/react";
import { useMemo, useState } from "react";

import { BoardContext } from "@/features/lineage/board";
import type { Board } from "@/features/lineage/board";
import { Canvas } from "@/features/lineage/Canvas";
import { EdgePanel } from "@/features/lineage/EdgePanel";
import { boxesOf, edgesOf, nodesOf } from "@/features/lineage/flow";
import type { LineageEdge } from "@/features/lineage/graph";
import { GROUP_ABOVE, groupByContainer } from "@/features/lineage/grouping";
import type { GroupedGraph } from "@/features/lineage/grouping";
import { createLight } from "@/features/lineage/light";
import { Alone, Failed, Waiting } from "@/features/lineage/states";
import styles from "@/features/lineage/LineagePage.module.css";
import { stepsOf } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { Toolbar } from "@/features/lineage/Toolbar";
import { useLayout } from "@/features/lineage/useLayout";
import { useLineage } from "@/features/lineage/useLineage";
import type { Asked } from "@/features/lineage/useLineage";
import { useSteadyView } from "@/features/lineage/useSteadyView";
import { wayOf } from "@/features/lineage/ways";
import { count, plural } from "@/lib/format";
import { lastSegment } from "@/lib/iri";

interface Props {
  iri: string;
  search: LineageSearch;
  onSearch: (search: LineageSearch) => void;
}

const EMPTY: GroupedGraph = { graph: { nodes: new Map(), edges: new Map() }, groups: new Map() };
const added = (set: ReadonlySet<string>, one: string) => new Set([...set, one]);
const flipped = (set: ReadonlySet<string>, one: string) =>
  set.has(one) ? new Set([...set].filter((other) => other !== one)) : added(set, one);

export function Explored({ iri, search, onSearch }: Props) {
  const flow = useReactFlow();
  const depth = stepsOf(search);
  const [expansions, setExpansions] = useState<Asked[]>([]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [openGroups, setOpenGroups] = useState<ReadonlySet<string>>(new Set());
  const [words, setWords] = useState("");
  const [edge, setEdge] = useState<LineageEdge | null>(null);
  const [light] = useState(createLight);

  const main: Asked = { iri, direction: search.direction ?? "BOTH", depth, level: "TABLE" };
  const columns = [...opened].map((one): Asked => ({ iri: one, direction: "BOTH", depth, level: "COLUMN" }));
  const { query, graph, pending, error } = useLineage(main, expansions, columns);
  const root = query.data?.root.iri ?? iri;
  const grouped = (graph?.nodes.size ?? 0) > GROUP_ABOVE;
  const shown = useMemo((): GroupedGraph => {
    if (!graph) return EMPTY;
    return grouped ? groupByContainer(graph, openGroups, root) : { graph, groups: new Map() };
  }, [graph, grouped, openGroups, root]);
  const boxes = useMemo(() => boxesOf(shown, opened), [shown, opened]);
  const tables = useMemo(() => [...shown.graph.edges.values()].filter(({ level }) => level === "TABLE"), [shown]);
  const { places, error: layoutError } = useLayout(boxes, tables);
  const nodes = useMemo(() => (places ? nodesOf(shown, opened, places, root) : []), [shown, opened, places, root]);
  const edges = useMemo(() => edgesOf(shown, opened), [shown, opened]);
  const found = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return wanted ? [...shown.graph.nodes.values()].filter(({ title }) => title.toLowerCase().includes(wanted)) : [];
  }, [words, shown]);
  const grow = useSteadyView(nodes);
  // Every card reads it, so it changes only when the graph does.
  const board = useMemo(
    (): Board => ({
      light,
      hover: (id) => light.set(id === null ? new Set() : wayOf(shown.graph, id)),
      toggle: (one) => {
        grow(one);
        setOpened((old) => flipped(old, one));
      },
      openGroup: (id) => {
        grow(null);
        setOpenGroups((old) => added(old, id));
      },
      expand: (one, direction) => {
        grow(one);
        setExpansions((old) => [...old, { iri: one, direction, depth: 1, level: "TABLE" }]);
      },
    }),
    [light, shown, grow, setOpened, setOpenGroups, setExpansions],
  );

  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const { title } = query.data.root;
  const go = (one: string) => {
    const node = nodes.find(({ id }) => id === one);
    if (!node) return;
    void flow.setCenter(node.position.x + 125, node.position.y + 38, { zoom: 1 });
    light.set(wayOf(shown.graph, one));
    setWords("");
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>(`[data-card="${CSS.escape(one)}"]`)?.focus({ preventScroll: true }),
      ),
    );
  };
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
          grow(null);
          onSearch(next);
        }}
        words={words}
        onWords={setWords}
        found={found}
        onGo={go}
      />
      <p role="status" className={styles.said} data-testid="lineage-status">
        {plural(graph?.nodes.size ?? 0, "asset")}
        {grouped &&
          ` — more than ${count(GROUP_ABOVE)}, so they are grouped by where they are kept. Open a group to see its assets.`}
        {pending && " · loading more …"}
        {!places && !layoutError && " · drawing …"}
      </p>
      {error && <Failed error={error} onRetry={() => void query.refetch()} />}
      {layoutError && <Failed error={layoutError} onRetry={() => void query.refetch()} />}
      {graph?.edges.size === 0 && !pending && <Alone iri={root} title={title} />}
      <BoardContext value={board}>
        <div className={styles.canvas} data-testid="lineage">
          {places && <Canvas nodes={nodes} edges={edges} onEdge={(one) => setEdge(one.data?.edge ?? null)} />}
          {edge && (
            <EdgePanel edge={edge} names={[nameOf(edge.start), nameOf(edge.end)]} onClose={() => setEdge(null)} />
          )}
        </div>
      </BoardContext>
    </section>
  );
}
