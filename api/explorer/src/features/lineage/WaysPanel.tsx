import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Skeleton } from "@/components/Skeleton";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { Panel } from "@/features/lineage/Panel";
import styles from "@/features/lineage/Panel.module.css";
import type { useWays } from "@/features/lineage/useWays";
import { MOST_WAYS } from "@/features/lineage/useWays";
import { plural } from "@/lib/format";

interface Props {
  search: LineageSearch;
  ways: ReturnType<typeof useWays>;
  nameOf: (id: string) => string;
  isDrawn: (id: string) => boolean;
  onGo: (iri: string) => void;
  onSearch: (search: LineageSearch) => void;
  onClose: () => void;
}

/** All ways of the data between two assets or columns, which are picked in the drawing. */
export function WaysPanel({ search, ways, nameOf, isDrawn, onGo, onSearch, onClose }: Props) {
  const { from, to } = search;
  const missing = new Set(ways.data?.flatMap(({ nodes }) => nodes.filter((one) => !isDrawn(one))));
  return (
    <Panel title="Ways between two" label="Ways between two" testId="ways-panel" onClose={onClose}>
      <p className={styles.quiet}>
        {!from ? "Choose the asset or column to start from." : !to ? "Choose where the ways should end." : null}
      </p>
      <dl className={styles.pair}>
        <dt>From</dt>
        <dd dir="auto">{from ? nameOf(from) : "–"}</dd>
        <dt>To</dt>
        <dd dir="auto">{to ? nameOf(to) : "–"}</dd>
      </dl>
      {from && (
        <div className={styles.actions}>
          {to && <Button onClick={() => onSearch({ ...search, from: to, to: from })}>Swap</Button>}
          <Button onClick={() => onSearch({ ...search, from: undefined, to: undefined })}>Choose anew</Button>
        </div>
      )}
      {ways.isFetching && <Skeleton label="Looking for ways" />}
      {ways.isError && <ErrorPanel title="No ways found" error={ways.error} onRetry={() => void ways.refetch()} />}
      {ways.data && (
        <>
          <h3 role="status">
            {ways.data.length === 0
              ? "No data flows from the first to the second."
              : ways.data.length === MOST_WAYS
                ? `The ${MOST_WAYS} shortest ways; there may be more`
                : plural(ways.data.length, "way")}
          </h3>
          {missing.size > 0 && (
            <p>
              {plural(missing.size, "asset")} of them {missing.size === 1 ? "is" : "are"} not drawn.{" "}
              <Button onClick={() => onSearch({ ...search, depth: "all" })}>Draw all steps</Button>
            </p>
          )}
          <ol>
            {ways.data.map(({ nodes }) => (
              <li key={nodes.join(" ")} className={styles.way}>
                {nodes.map((one) => (
                  <button key={one} type="button" className={styles.link} onClick={() => onGo(one)} dir="auto">
                    {nameOf(one)}
                  </button>
                ))}
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}
