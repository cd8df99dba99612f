import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Notice } from "@/components/Notice";
import { Skeleton } from "@/components/Skeleton";
import type { Filtered } from "@/features/lineage/filters";
import { GROUP_ABOVE, MOST_CARDS } from "@/features/lineage/grouping";
import type { Grouping } from "@/features/lineage/grouping";
import styles from "@/features/lineage/LineagePage.module.css";
import { count, plural } from "@/lib/format";

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

interface StatusProps {
  narrowed: Filtered;
  asked: Grouping | undefined;
  grouping: Grouping;
  pending: boolean;
  drawing: boolean;
}

/** What is drawn, what is not, and why. */
export function Status({ narrowed: { graph, hidden, cut }, asked, grouping, pending, drawing }: StatusProps) {
  const most = asked === "none" ? MOST_CARDS : GROUP_ABOVE;
  const grouped = grouping !== "none" && (asked === undefined || asked === "none");
  return (
    <p role="status" className={styles.said} data-testid="lineage-status">
      {plural(graph.nodes.size, "asset")}
      {hidden > 0 && ` · ${count(hidden)} hidden by filters`}
      {grouped && ` · more than ${count(most)}, so they are grouped; open a group to see its assets`}
      {cut && " · too many ways run through what is hidden: not all of them are drawn"}
      {pending && " · loading more …"}
      {drawing && " · drawing …"}
    </p>
  );
}
