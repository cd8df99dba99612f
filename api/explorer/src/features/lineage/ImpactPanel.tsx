import { AssetLink } from "@/components/AssetLink";
import { ErrorPanel } from "@/components/ErrorPanel";
import field from "@/components/Field.module.css";
import { Skeleton } from "@/components/Skeleton";
import { ChangeForm } from "@/features/lineage/ChangeForm";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { Panel } from "@/features/lineage/Panel";
import styles from "@/features/lineage/Panel.module.css";
import type { useImpact } from "@/features/lineage/useImpact";
import type { ImpactQuery } from "@/gql/graphql";
import { plural } from "@/lib/format";

type Impacted = ImpactQuery["impact"]["broken"][number];

interface Props {
  /** The table that would change. */
  table: string;
  search: LineageSearch;
  impact: ReturnType<typeof useImpact>;
  nameOf: (id: string) => string;
  onGo: (iri: string) => void;
  onSearch: (search: LineageSearch) => void;
  onClose: () => void;
}

/** What a change would break, and who should be told. */
export function ImpactPanel({ table, search, impact, nameOf, onGo, onSearch, onClose }: Props) {
  return (
    <Panel title="Impact of a change" label="Impact of a change" testId="impact-panel" onClose={onClose}>
      <p className={field.hint}>
        Of <strong dir="auto">{nameOf(table)}</strong>. Choose another card to ask of it.
      </p>
      <ChangeForm key={search.of ?? table} table={table} search={search} onSearch={onSearch} />
      {impact.isFetching && <Skeleton label="Following the change" />}
      {impact.isError && (
        <ErrorPanel title="Could not follow the change" error={impact.error} onRetry={() => void impact.refetch()} />
      )}
      {impact.data && (
        <>
          <h3 role="status">
            {impact.data.broken.length
              ? `Breaks ${plural(impact.data.broken.length, "asset")}`
              : "Breaks nothing that is known"}
          </h3>
          <List found={impact.data.broken} tone="broken" onGo={onGo} />
          {impact.data.owners.length > 0 && (
            <section aria-label="Owners to tell">
              <h3>Tell</h3>
              <ul>
                {impact.data.owners.map((one) => (
                  <li key={one.iri}>
                    <AssetLink link={one} />
                  </li>
                ))}
              </ul>
            </section>
          )}
          {impact.data.affected.length > 0 && (
            <>
              <h3>{plural(impact.data.affected.length, "asset")} further on</h3>
              <List found={impact.data.affected} tone="affected" onGo={onGo} />
            </>
          )}
        </>
      )}
    </Panel>
  );
}

function List({ found, tone, onGo }: { found: Impacted[]; tone: string; onGo: Props["onGo"] }) {
  return (
    <ul>
      {found.map(({ asset, reason, owners }) => (
        <li key={asset.iri}>
          <button type="button" className={styles.row} data-tone={tone} onClick={() => onGo(asset.iri)}>
            <strong dir="auto">{asset.title}</strong>
            <span className={styles.quiet}> · {reason}</span>
            {owners.length > 0 && (
              <span className={styles.quiet}> · owned by {owners.map(({ title }) => title).join(", ")}</span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
