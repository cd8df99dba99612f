import { Link } from "@tanstack/react-router";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Notice } from "@/components/Notice";
import { Skeleton } from "@/components/Skeleton";
import styles from "@/features/lineage/LineagePage.module.css";

export function Waiting() {
  return (
    <div className={styles.waiting}>
      <p>Following the lineage …</p>
      <Skeleton lines={5} label="Loading the lineage" />
    </div>
  );
}

export function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return <ErrorPanel title="Could not show the lineage" error={error} onRetry={onRetry} />;
}

export function Alone({ iri, title }: { iri: string; title: string }) {
  return (
    <Notice title={`No lineage is known of ${title}`}>
      <p>
        Nothing the sources said derives from it or leads to it.{" "}
        <Link to="/asset" search={{ iri }}>
          Back to the asset
        </Link>
      </p>
    </Notice>
  );
}
