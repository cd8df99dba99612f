import { Badge } from "@/components/Badge";
import { Moment } from "@/components/Moment";
import { Notice } from "@/components/Notice";
import { AssetLink } from "@/components/AssetLink";
import { Loaded } from "@/features/asset/Loaded";
import styles from "@/features/asset/Table.module.css";
import { useAspect } from "@/features/asset/useAspect";
import { QualityDocument } from "@/gql/graphql";
import type { QualityQuery } from "@/gql/graphql";
import { outcomeLabel, toneOf } from "@/lib/tone";

type Checks = Extract<NonNullable<QualityQuery["asset"]>, { checks: unknown }>["checks"];

export function QualityTab({ iri }: { iri: string }) {
  const query = useAspect(QualityDocument, iri, "quality");
  return (
    <Loaded query={query} what="the checks">
      {({ asset }) => <Checks checks={asset && "checks" in asset ? asset.checks : []} />}
    </Loaded>
  );
}

function Checks({ checks }: { checks: Checks }) {
  if (!checks.length) return <Notice title="No checks are known">No harvested source tests this dataset.</Notice>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>Check</th>
          <th>Column</th>
          <th>Dimension</th>
          <th>Outcome</th>
          <th>When</th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <tr key={check.iri} data-testid="check-row">
            <td>
              <AssetLink link={{ iri: check.iri, kind: "check", title: check.title }} />
            </td>
            <td>{check.column && <code>{check.column}</code>}</td>
            <td>{check.dimension}</td>
            <td>
              {check.outcome ? (
                <Badge tone={toneOf(check.outcome)}>{outcomeLabel(check.outcome)}</Badge>
              ) : (
                <Badge>never run</Badge>
              )}
            </td>
            <td>{check.at && <Moment at={check.at} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
