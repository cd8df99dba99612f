import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { ChangeEntry } from "@/features/asset/ChangeEntry";
import styles from "@/features/asset/HistoryTab.module.css";
import { Loaded } from "@/features/asset/Loaded";
import { HistoryDocument } from "@/gql/graphql";
import { execute } from "@/lib/graphql";

const STEP = 25;

export function HistoryTab({ iri }: { iri: string }) {
  const [first, setFirst] = useState(STEP);
  const query = useQuery({
    queryKey: ["asset", iri, "history", first],
    queryFn: ({ signal }) => execute(HistoryDocument, { iri, first }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} what="the history">
      {({ history }) =>
        history.length === 0 ? (
          <Notice title="No change is recorded" />
        ) : (
          <>
            <ol className={styles.timeline}>
              {history.map((change) => (
                <ChangeEntry key={`${change.commit} ${change.source}`} change={change} subject={iri} />
              ))}
            </ol>
            {history.length >= first && <Button onClick={() => setFirst(first + STEP)}>Older changes</Button>}
          </>
        )
      }
    </Loaded>
  );
}
