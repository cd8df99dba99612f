import { useState } from "react";

import { Notice } from "@/components/Notice";
import { ShowMore } from "@/components/ShowMore";
import { TextFilter } from "@/components/TextFilter";
import styles from "@/features/asset/ColumnsTab.module.css";
import { FactRow } from "@/features/asset/FactRow";
import type { Fact } from "@/features/asset/FactRow";
import { Loaded } from "@/features/asset/Loaded";
import table from "@/features/asset/Table.module.css";
import { useAspect } from "@/features/asset/useAspect";
import { FactsDocument } from "@/gql/graphql";
import { count, plural } from "@/lib/format";
import { usePaged } from "@/lib/usePaged";

export function FactsTab({ iri }: { iri: string }) {
  const query = useAspect(FactsDocument, iri, "facts");
  return (
    <Loaded query={query} what="the facts">
      {({ asset }) => <Facts iri={iri} facts={asset?.facts ?? []} />}
    </Loaded>
  );
}

function matching(facts: Fact[], filter: string): Fact[] {
  const word = filter.trim().toLowerCase();
  return facts.filter((fact) => `${fact.label} ${fact.value} ${fact.source}`.toLowerCase().includes(word));
}

function Facts({ iri, facts }: { iri: string; facts: Fact[] }) {
  const [filter, setFilter] = useState("");
  const found = matching(facts, filter);
  const { visible, hidden, showMore } = usePaged(found, 200);
  if (!facts.length) return <Notice title="No facts are known" />;
  return (
    <>
      <div className={styles.bar}>
        <TextFilter label="Filter facts" value={filter} onChange={setFilter} />
        <p role="status">
          {filter ? `${count(found.length)} of ${plural(facts.length, "fact")}` : plural(facts.length, "fact")}
        </p>
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th>Property</th>
            <th>Value</th>
            <th>Said by</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {visible.map((fact, index) => (
            <FactRow
              key={`${fact.predicate} ${fact.value} ${fact.source} ${index}`}
              fact={fact}
              subject={iri}
              repeated={visible[index - 1]?.predicate === fact.predicate}
            />
          ))}
        </tbody>
      </table>
      <ShowMore hidden={hidden} onClick={showMore} />
    </>
  );
}
