import { ErrorPanel } from "@/components/ErrorPanel";
import { Notice } from "@/components/Notice";
import { Skeleton } from "@/components/Skeleton";
import { AddSource } from "@/features/sources/AddSource";
import { SourceCard } from "@/features/sources/SourceCard";
import styles from "@/features/sources/SourcesPage.module.css";
import { useSources } from "@/features/sources/useSources";

export function SourcesPage() {
  const query = useSources();
  return (
    <div className={styles.page}>
      <title>Sources · Fabric</title>
      <header className={styles.header}>
        <h1>Sources</h1>
        <p>The systems whose metadata the graph holds, and how their last harvest went.</p>
      </header>
      <AddSource />
      {query.isPending && <Skeleton lines={4} height="4.5rem" label="Loading the sources" />}
      {query.isError && !query.data && (
        <ErrorPanel title="Could not load the sources" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.length === 0 && (
        <Notice title="No source is registered">
          <p>Add one, and harvest it to fill the graph.</p>
        </Notice>
      )}
      <ul className={styles.list}>
        {query.data?.map((source) => (
          <SourceCard key={source.name} source={source} />
        ))}
      </ul>
    </div>
  );
}
