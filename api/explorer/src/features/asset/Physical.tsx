import { Badge } from "@/components/Badge";
import { Section } from "@/features/asset/Section";
import styles from "@/features/asset/Section.module.css";
import type { DefinitionQuery } from "@/gql/graphql";
import { bytes, plural } from "@/lib/format";
import { isWeb } from "@/lib/iri";

type Dataset = Extract<NonNullable<DefinitionQuery["asset"]>, { keys: unknown }>;

/** How a dataset is stored: keys, indexes, partitions, files, and who may use it. */
export function Physical({ dataset }: { dataset: Dataset }) {
  return (
    <div className={styles.columns}>
      {dataset.keys.length > 0 && (
        <Section title="Keys" size={dataset.keys.length}>
          <ul className={styles.list}>
            {dataset.keys.map((key) => (
              <li key={key.name} className={styles.row}>
                <code>{key.columns.join(", ")}</code>
                <Badge tone={key.primary ? "warn" : "quiet"}>{key.primary ? "primary" : "unique"}</Badge>
                <span className={styles.soft}>{key.name}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {dataset.indexes.length > 0 && (
        <Section title="Indexes" size={dataset.indexes.length}>
          <ul className={styles.list}>
            {dataset.indexes.map((index) => (
              <li key={index.name} className={styles.row}>
                <code>{index.columns.join(", ")}</code>
                {index.unique && <Badge>unique</Badge>}
                {index.method && <Badge>{index.method}</Badge>}
                <span className={styles.soft}>{index.name}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {dataset.partitionColumns.length > 0 && (
        <Section title="Partitions">
          <ul className={styles.list}>
            <li className={styles.row}>
              <code>{dataset.partitionColumns.join(", ")}</code>
              {dataset.partitionCount != null && (
                <span className={styles.soft}>{plural(dataset.partitionCount, "partition")}</span>
              )}
            </li>
          </ul>
        </Section>
      )}
      <Distributions distributions={dataset.distributions} />
      {dataset.grants.length > 0 && (
        <Section title="Grants" size={dataset.grants.length}>
          <ul className={styles.list}>
            {dataset.grants.map((grant) => (
              <li key={grant.grantee} className={styles.row}>
                <span>{grant.grantee}</span>
                <span className={styles.soft}>{grant.privileges.join(", ")}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Distributions({ distributions }: { distributions: Dataset["distributions"] }) {
  if (!distributions.length) return null;
  return (
    <Section title="Distributions" size={distributions.length}>
      <ul className={styles.list}>
        {distributions.map((one) => (
          <li key={one.name} className={styles.row}>
            {one.url && isWeb(one.url) ? <a href={one.url}>{one.name}</a> : <span>{one.name}</span>}
            <span className={styles.soft}>
              {[
                one.format ?? one.mediaType,
                one.byteSize == null ? null : bytes(one.byteSize),
                one.fileCount == null ? null : plural(one.fileCount, "file"),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
            {one.url && !isWeb(one.url) && <code className={styles.soft}>{one.url}</code>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
