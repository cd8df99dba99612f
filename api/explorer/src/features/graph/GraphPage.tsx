import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Notice } from "@/components/Notice";
import { Skeleton } from "@/components/Skeleton";
import { Drawing, kindColour } from "@/features/graph/Drawing";
import styles from "@/features/graph/GraphPage.module.css";
import { emptyGraph, grow } from "@/features/graph/growing";
import type { Centre } from "@/features/graph/neighbours";
import { NodePanel } from "@/features/graph/NodePanel";
import { NeighbourhoodDocument } from "@/gql/graphql";
import { plural } from "@/lib/format";
import { execute } from "@/lib/graphql";

const route = getRouteApi("/graph/$iri");

const read = async (iri: string, signal?: AbortSignal) =>
  (await execute(NeighbourhoodDocument, { iri }, signal)).asset ?? null;

/** An asset and what it is tied to, step by step. */
export function GraphPage() {
  const { iri } = route.useParams();
  const query = useQuery({ queryKey: ["asset", iri, "neighbourhood"], queryFn: ({ signal }) => read(iri, signal) });
  if (query.isPending) return <Skeleton lines={8} label="Loading the neighbourhood" />;
  if (query.isError && !query.data) {
    return (
      <ErrorPanel title="Could not load the neighbourhood" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (!query.data) {
    return (
      <Notice title="The graph knows no such asset">
        <p>
          It may have another identifier since the last harvest. <Link to="/">Search for it</Link>.
        </p>
      </Notice>
    );
  }
  return <Explored key={iri} start={query.data} />;
}

function Explored({ start }: { start: Centre }) {
  const [graph] = useState(() => {
    const made = emptyGraph();
    grow(made, start, kindColour);
    return made;
  });
  const [grown, setGrown] = useState(1);
  const [chosen, setChosen] = useState(start.iri);
  const expand = useMutation({
    mutationFn: (iri: string) => read(iri),
    onSuccess: (found) => {
      if (found) grow(graph, found, kindColour);
      setGrown((times) => times + 1);
    },
  });
  return (
    <article className={styles.page}>
      <title>{`Graph of ${start.title} · Fabric`}</title>
      <header>
        <h1 dir="auto">
          Around{" "}
          <Link to="/asset" search={{ iri: start.iri }}>
            {start.title}
          </Link>
        </h1>
        <p role="status" data-testid="graph-size">
          {plural(graph.order, "asset")}, {plural(graph.size, "edge")}. A click chooses, a double click shows what is
          around.
        </p>
      </header>
      {expand.isError && <ErrorPanel title="Could not load its neighbours" error={expand.error} />}
      <div className={styles.split}>
        <Drawing graph={graph} grown={grown} onChoose={setChosen} onExpand={(iri) => expand.mutate(iri)} />
        <NodePanel
          key={`${chosen} ${grown}`}
          graph={graph}
          chosen={chosen}
          busy={expand.isPending}
          onChoose={setChosen}
          onExpand={(iri) => expand.mutate(iri)}
        />
      </div>
    </article>
  );
}
