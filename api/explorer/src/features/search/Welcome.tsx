import { Link } from "@tanstack/react-router";

import { ErrorPanel } from "@/components/ErrorPanel";
import { Browse } from "@/features/search/Browse";
import { SavedSearches } from "@/features/search/SavedSearches";
import styles from "@/features/search/Welcome.module.css";
import { compact } from "@/lib/format";
import { useStatus } from "@/lib/useStatus";

const examples = ["arrival delay by carrier", "hourly weather at an airport", "customer email", "revenue per month"];

export function Welcome() {
  const { data: status, error, refetch } = useStatus();
  return (
    <div className={styles.welcome}>
      <p className={styles.examples}>
        <span>Try</span>
        {examples.map((q) => (
          <Link key={q} to="/" search={{ q }}>
            {q}
          </Link>
        ))}
      </p>
      <SavedSearches />
      {error && <ErrorPanel title="The server does not tell its state" error={error} onRetry={() => void refetch()} />}
      {status && (
        <p className={styles.counts} data-testid="estate">
          {status.assets === 0 ? (
            <>
              The estate is empty. Harvest a source on the page <Link to="/sources">Sources</Link> to fill it.
            </>
          ) : (
            <>
              <strong>{compact(status.assets)}</strong> {status.assets === 1 ? "asset" : "assets"} known by{" "}
              <strong>{compact(status.triples)}</strong> facts
            </>
          )}
        </p>
      )}
      {status && status.assets > 0 && <Browse />}
    </div>
  );
}
