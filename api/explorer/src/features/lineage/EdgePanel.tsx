import { useQuery } from "@tanstack/react-query";

import { AssetLink } from "@/components/AssetLink";
import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Moment } from "@/components/Moment";
import { Skeleton } from "@/components/Skeleton";
import type { LineageEdge } from "@/features/lineage/graph";
import styles from "@/features/lineage/LineagePage.module.css";
import { EdgeEvidenceDocument } from "@/gql/graphql";
import type { EdgeEvidenceQuery } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

type Evidence = EdgeEvidenceQuery["lineage"]["edges"][number];

interface Props {
  edge: LineageEdge;
  names: [string, string];
  onClose: () => void;
}

/** Who says that data flows here, and how it is changed on the way. */
export function EdgePanel({ edge, names, onClose }: Props) {
  const query = useQuery({
    queryKey: ["lineage", "evidence", edge.start, edge.end, edge.level],
    queryFn: async ({ signal }) => {
      const { lineage } = await execute(EdgeEvidenceDocument, { end: edge.end, level: edge.level }, signal);
      return lineage.edges.filter((one) => one.start === edge.start && one.end === edge.end);
    },
  });
  return (
    <aside className={styles.panel} aria-label="About this edge" data-testid="edge-panel">
      <Button onClick={onClose} autoFocus>
        Close
      </Button>
      <h2 dir="auto">
        {names[0]} → {names[1]}
      </h2>
      {query.isPending && <Skeleton label="Loading who says so" />}
      {query.isError && (
        <ErrorPanel title="Could not load the edge" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.length === 0 && <p>The graph no longer holds this edge. Reload to see the lineage of now.</p>}
      {query.data?.map((one, index) => (
        <Said key={index} evidence={one} />
      ))}
    </aside>
  );
}

function Said({ evidence }: { evidence: Evidence }) {
  return (
    <>
      <p>{evidence.influence ? "Filters or joins only: no value flows." : "Values flow."}</p>
      {evidence.masking && <p>Values are masked on the way.</p>}
      {evidence.transformation && <p>Transformation: {evidence.transformation}</p>}
      {evidence.expression && <pre tabIndex={0}>{evidence.expression}</pre>}
      {evidence.provenance.map((said) => (
        <section key={`${said.graph} ${said.rule ?? ""} ${said.job?.iri ?? ""}`}>
          <h3>{said.curated ? "Curated" : said.source}</h3>
          <p>
            {said.run && (
              <>
                Run <code>{said.run}</code>{" "}
              </>
            )}
            {said.at && <Moment at={said.at} exact />}
          </p>
          {said.job && <AssetLink link={said.job} />}
          {said.rule && <p>Rule: {said.rule}</p>}
          {said.sql && (
            <pre tabIndex={0} aria-label="SQL">
              {said.sql}
            </pre>
          )}
        </section>
      ))}
    </>
  );
}
