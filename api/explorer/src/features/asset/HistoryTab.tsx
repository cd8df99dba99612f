import { useInfiniteQuery } from "@tanstack/react-query";

import { Button } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { ChangeEntry } from "@/features/asset/ChangeEntry";
import { CompareTimes } from "@/features/asset/CompareTimes";
import styles from "@/features/asset/HistoryTab.module.css";
import { Loaded } from "@/features/asset/Loaded";
import { HistoryDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

const STEP = 25;

export function HistoryTab({ iri }: { iri: string }) {
  const query = useInfiniteQuery({
    queryKey: ["asset", iri, "history"],
    queryFn: async ({ pageParam, signal }) =>
      (await execute(HistoryDocument, { iri, first: STEP, after: pageParam }, signal)).history,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
  });
  return (
    <Loaded query={query} what="the history">
      {({ pages }) => {
        const changes = pages.flatMap(({ edges }) => edges);
        if (!changes.length) return <Notice title="No change is recorded" />;
        return (
          <>
            <CompareTimes iri={iri} times={changes.map(({ node }) => node)} />
            <ol className={styles.timeline}>
              {changes.map(({ cursor, node }) => (
                <ChangeEntry key={cursor} change={node} subject={iri} />
              ))}
            </ol>
            {query.hasNextPage && (
              <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Older changes
              </Button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
