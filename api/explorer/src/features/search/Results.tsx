import { Button } from "@/components/Button";
import { ErrorPanel } from "@/components/ErrorPanel";
import { Skeleton } from "@/components/Skeleton";
import { Facets } from "@/features/search/Facets";
import { NoResult } from "@/features/search/NoResult";
import { ResultCard } from "@/features/search/ResultCard";
import { ResultSummary } from "@/features/search/ResultSummary";
import styles from "@/features/search/SearchPage.module.css";
import { toggled } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { useSearch } from "@/features/search/useSearch";

interface Props {
  params: SearchParams;
  onChange: (params: SearchParams) => void;
}

export function Results({ params, onChange }: Props) {
  const search = useSearch(params);
  if (search.isPending) return <Bones />;
  if (search.isError && !search.data) {
    return <ErrorPanel title="The search failed" error={search.error} onRetry={() => void search.refetch()} />;
  }
  const { pages } = search.data;
  const edges = pages.flatMap((page) => page.edges);
  return (
    <div className={styles.layout}>
      <Facets
        facets={pages[0]?.facets ?? []}
        params={params}
        onToggle={(name, value) => onChange(toggled(params, name, value))}
      />
      <section aria-label="Results">
        <ResultSummary total={pages[0]?.totalCount ?? 0} params={params} onChange={onChange} />
        {search.isError && (
          <ErrorPanel title="No more results came" error={search.error} onRetry={() => void search.fetchNextPage()} />
        )}
        {edges.length === 0 && <NoResult params={params} onChange={onChange} />}
        <ol className={styles.list} aria-busy={search.isPlaceholderData}>
          {edges.map((edge) => (
            <ResultCard key={edge.node.iri} edge={edge} />
          ))}
        </ol>
        {search.hasNextPage && !search.isError && (
          <p className={styles.more}>
            <Button data-stop onClick={() => void search.fetchNextPage()} disabled={search.isFetchingNextPage}>
              {search.isFetchingNextPage ? "Loading…" : "Load more"}
            </Button>
          </p>
        )}
      </section>
    </div>
  );
}

function Bones() {
  return (
    <div className={styles.waiting}>
      <Skeleton lines={7} label="Searching" />
      <div className={styles.list}>
        {[0, 1, 2, 3].map((key) => (
          <div key={key} className={styles.bones}>
            <Skeleton lines={3} label="" />
          </div>
        ))}
      </div>
    </div>
  );
}
