import { Link } from "@tanstack/react-router";

import { Badge } from "@/components/Badge";
import { Moment } from "@/components/Moment";
import styles from "@/features/asset/Table.module.css";
import type { FactsQuery } from "@/gql/graphql";
import { datasetOf, isWeb, sameEstate } from "@/lib/iri";

export type Fact = NonNullable<FactsQuery["asset"]>["facts"][number];

interface Props {
  fact: Fact;
  subject: string;
  repeated: boolean;
}

export function FactRow({ fact, subject, repeated }: Props) {
  return (
    <tr data-testid="fact-row">
      <td className={repeated ? `${styles.predicate} ${styles.repeat}` : styles.predicate} title={fact.predicate}>
        {fact.label}
      </td>
      <td className={styles.value}>
        <FactValue fact={fact} subject={subject} />
      </td>
      <td>
        {fact.curated ? <Badge tone="accent">curated</Badge> : fact.source}{" "}
        {fact.run && <span className={styles.soft}>run {fact.run.slice(0, 8)}</span>}
      </td>
      <td className={styles.soft}>{fact.at && <Moment at={fact.at} />}</td>
    </tr>
  );
}

function FactValue({ fact, subject }: { fact: Fact; subject: string }) {
  if (!fact.valueIri) return fact.value;
  const target = datasetOf(fact.valueIri);
  if (target !== subject && sameEstate(target, subject)) {
    return (
      <Link to="/asset" search={{ iri: target }} title={fact.valueIri}>
        {fact.value}
      </Link>
    );
  }
  if (!sameEstate(target, subject) && isWeb(fact.valueIri)) {
    return (
      <a href={fact.valueIri} title={fact.valueIri}>
        {fact.value}
      </a>
    );
  }
  return <span title={fact.valueIri}>{fact.value}</span>;
}
