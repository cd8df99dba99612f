import { Link } from "@tanstack/react-router";

import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Problems } from "@/features/sources/Problems";
import { RunHistory } from "@/features/sources/RunHistory";
import { RunSummary } from "@/features/sources/RunSummary";
import { SourceActions } from "@/features/sources/SourceActions";
import { SourceOptions } from "@/features/sources/SourceOptions";
import styles from "@/features/sources/SourcesPage.module.css";
import { useHarvest } from "@/features/sources/useHarvest";
import { isRunning, useRun } from "@/features/sources/useRun";
import type { Source } from "@/features/sources/useSources";
import { plural } from "@/lib/format";
import { toneOf } from "@/lib/tone";

export function SourceCard({ source }: { source: Source }) {
  const harvest = useHarvest(source.name);
  const { run, error } = useRun(source.lastRun);
  const busy = harvest.isPending || isRunning(run);
  return (
    <li className={styles.card} data-testid="source" data-source={source.name}>
      <div className={styles.head}>
        <div className={styles.name}>
          <h2>{source.name}</h2>
          <Badge>{source.connector}</Badge>
          <Badge tone={run ? toneOf(run.state) : "quiet"}>{run?.state ?? "never harvested"}</Badge>
        </div>
        <Button
          primary
          disabled={busy}
          onClick={() => harvest.mutate()}
          aria-label={`Harvest ${source.name}`}
          data-testid="harvest"
        >
          {busy ? "Harvesting…" : "Harvest"}
        </Button>
      </div>
      <p className={styles.line}>
        {source.assets > 0 ? (
          <Link to="/" search={{ source: [source.name] }}>
            {plural(source.assets, "asset")}
          </Link>
        ) : (
          <span>no assets yet</span>
        )}
        {run && <RunSummary run={run} />}
      </p>
      <SourceActions source={source} />
      {harvest.isError && <ErrorPanel title="The harvest did not start" error={harvest.error} />}
      {error && <ErrorPanel title="The run's state is unknown" error={error} />}
      <div className={styles.folds}>
        {run && <Problems run={run} />}
        <details className={styles.details}>
          <summary>Configuration</summary>
          <SourceOptions options={source.options} createdAt={source.createdAt} />
        </details>
        <RunHistory source={source.name} />
      </div>
    </li>
  );
}
