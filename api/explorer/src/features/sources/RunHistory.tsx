import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Badge } from "@/components/Badge";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Skeleton } from "@/components/Skeleton";
import { RunSummary } from "@/features/sources/RunSummary";
import styles from "@/features/sources/SourcesPage.module.css";
import { RunsDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";
import { toneOf } from "@/lib/tone";

export function RunHistory({ source }: { source: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Earlier runs</summary>
      {open && <Runs source={source} />}
    </details>
  );
}

function Runs({ source }: { source: string }) {
  const query = useQuery({
    queryKey: ["runs", source],
    queryFn: async ({ signal }) => (await execute(RunsDocument, { source }, signal)).runs,
  });
  if (query.isPending) return <Skeleton lines={3} label="Loading the runs" />;
  if (query.isError) {
    return <ErrorPanel title="Could not load the runs" error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.data.length) return <p>It was never harvested.</p>;
  return (
    <ul className={styles.runs}>
      {query.data.map((run) => (
        <li key={run.id} className={styles.line}>
          <Badge tone={toneOf(run.state)}>{run.state}</Badge>
          <RunSummary run={run} />
          {run.error && <span className={styles.runError}>{run.error}</span>}
        </li>
      ))}
    </ul>
  );
}
