import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Notice } from "@/components/Notice";
import { Skeleton } from "@/components/Skeleton";
import styles from "@/features/lineage/LineagePage.module.css";

/** Milliseconds after which a reader is told that the wait is no fault. */
const LONG = 4000;

export function Waiting() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.waiting}>
      <p role="status">
        Following the lineage …
        {long && " The server is still at it: a large lineage or a moment long ago takes a while."}
      </p>
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
