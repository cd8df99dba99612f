import { useQuery } from "@tanstack/react-query";

import { AssetLink } from "@/components/AssetLink";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Moment } from "@/components/Moment";
import { ShowMore } from "@/components/ShowMore";
import { Skeleton } from "@/components/Skeleton";
import type { LineageEdge } from "@/features/lineage/graph";
import { Panel } from "@/features/lineage/Panel";
import styles from "@/features/lineage/Panel.module.css";
import { EdgeEvidenceDocument } from "@/gql/graphql";
import type { EdgeEvidenceQuery } from "@/gql/graphql";
import { plural } from "@/lib/format";
import { execute } from "@/lib/graphql";
import { usePaged } from "@/lib/usePaged";

type Evidence = EdgeEvidenceQuery["lineage"]["edges"][number];

interface Props {
  edge: LineageEdge;
  nameOf: (end: string) => string;
  asOf?: string | undefined;
  onEdge: (edge: LineageEdge) => void;
  onClose: () => void;
}

/** Who says that data flows here, and how it is changed on the way. */
export function EdgePanel({ edge, nameOf, asOf, onEdge, onClose }: Props) {
  const stops = [edge.start, ...(edge.via ?? []), edge.end];
  const title = `${nameOf(edge.start)} → ${nameOf(edge.end)}`;
  return (
    <Panel title={title} label="About this edge" testId="edge-panel" onClose={onClose}>
      {edge.bundle ? (
        <Bundle edges={edge.bundle} nameOf={nameOf} onEdge={onEdge} />
      ) : (
        stops.slice(1).map((end, index) => {
          const start = stops[index] ?? edge.start;
          return (
            <Leg
              key={`${start} ${end}`}
              leg={{ ...edge, start, end }}
              title={stops.length > 2 ? `${nameOf(start)} → ${nameOf(end)}` : null}
              asOf={asOf}
            />
          );
        })
      )}
    </Panel>
  );
}

/** The edges between two groups. */
function Bundle({ edges, nameOf, onEdge }: { edges: LineageEdge[] } & Pick<Props, "nameOf" | "onEdge">) {
  const { visible, hidden, showMore } = usePaged(edges, 50);
  return (
    <>
      <p className={styles.quiet}>{plural(edges.length, "edge")} between assets of both sides.</p>
      <ul>
        {visible.map((one) => (
          <li key={`${one.start} ${one.end} ${one.influence}`}>
            <button type="button" className={styles.row} onClick={() => onEdge(one)} dir="auto">
              {nameOf(one.start)} → {nameOf(one.end)}
            </button>
          </li>
        ))}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </>
  );
}

function Leg({ leg, title, asOf }: { leg: LineageEdge; title: string | null; asOf: string | undefined }) {
  const query = useQuery({
    queryKey: ["lineage", "evidence", leg.start, leg.end, leg.level, asOf],
    queryFn: async ({ signal }) => {
      const variables = { end: leg.end, level: leg.level, asOf: asOf ?? null };
      const { lineage } = await execute(EdgeEvidenceDocument, variables, signal);
      return lineage.edges.filter((one) => one.start === leg.start && one.end === leg.end);
    },
  });
  return (
    <section>
      {title && <h3 dir="auto">{title}</h3>}
      {query.isPending && <Skeleton label="Loading who says so" />}
      {query.isError && (
        <ErrorPanel title="Could not load the edge" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.length === 0 && <p>The graph no longer holds this edge. Reload to see the lineage of now.</p>}
      {query.data?.map((one, index) => (
        <Said key={index} evidence={one} />
      ))}
    </section>
  );
}

function Said({ evidence }: { evidence: Evidence }) {
  return (
    <>
      <p className={styles.quiet}>{evidence.influence ? "Filters or joins only: no value flows." : "Values flow."}</p>
      {evidence.masking && <p>Values are masked on the way.</p>}
      {evidence.transformation && <p>Transformation: {evidence.transformation}</p>}
      {evidence.expression && <pre tabIndex={0}>{evidence.expression}</pre>}
      {evidence.provenance.map((said) => (
        <div key={`${said.graph} ${said.rule ?? ""} ${said.job?.iri ?? ""}`}>
          <h3>{said.curated ? "Curated" : said.source}</h3>
          <p className={styles.quiet}>
            {said.run && (
              <>
                Run <code>{said.run.slice(0, 8)}</code>{" "}
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
        </div>
      ))}
    </>
  );
}
