import { AssetLink } from "@/components/AssetLink";
import { Section } from "@/features/asset/Section";
import styles from "@/features/asset/Section.module.css";
import type { RelationsQuery } from "@/gql/graphql";

type Dataset = Extract<NonNullable<RelationsQuery["asset"]>, { references: unknown }>;

export function ReferenceList({ references }: { references: Dataset["references"] }) {
  return (
    <Section title="References: foreign keys" size={references.length}>
      <ul className={styles.list}>
        {references.map((reference) => (
          <li key={reference.name} className={styles.row} title={reference.name}>
            <code>{reference.columns.join(", ")}</code>
            <span aria-hidden="true">→</span>
            <span className="visually-hidden">refers to</span>
            <AssetLink link={reference.target} />
            <code className={styles.soft}>{reference.targetColumns.join(", ")}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}
