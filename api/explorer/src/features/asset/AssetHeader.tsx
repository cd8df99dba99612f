import { Link } from "@tanstack/react-router";

import { Badge } from "@/components/Badge";
import { Breadcrumb } from "@/components/Breadcrumb";
import { CopyButton } from "@/components/CopyButton";
import { KindIcon } from "@/components/KindIcon";
import { PlatformBadge } from "@/components/PlatformBadge";
import styles from "@/features/asset/AssetHeader.module.css";
import { AssetMeasures } from "@/features/asset/AssetMeasures";
import { copiesOf } from "@/features/asset/copies";
import { Description } from "@/features/asset/Description";
import { Removed } from "@/features/asset/Removed";
import { useFacts } from "@/features/asset/sayings";
import { SaidLists } from "@/features/asset/SaidLists";
import { TitleLine } from "@/features/asset/TitleLine";
import type { AssetHead } from "@/features/asset/useAsset";
import { kindLabel } from "@/lib/kinds";

export function AssetHeader({ asset }: { asset: AssetHead }) {
  const datasetKind = asset.__typename === "Dataset" ? asset.datasetKind : "";
  const facts = useFacts(asset.iri);
  return (
    <header className={styles.header}>
      {asset.removedAt && <Removed at={asset.removedAt} />}
      <Breadcrumb path={asset.path} linked />
      <div className={styles.heading}>
        <KindIcon kind={asset.kind} tile />
        <TitleLine asset={asset} />
        <Badge>{kindLabel(asset.kind)}</Badge>
        {datasetKind && datasetKind !== asset.kind && <Badge>{kindLabel(datasetKind)}</Badge>}
        {asset.platform && <PlatformBadge platform={asset.platform} />}
      </div>
      <Description asset={asset} facts={facts} />
      <div className={styles.actions}>
        <Link to="/lineage/$iri" params={{ iri: asset.iri }} className={styles.lineage}>
          Lineage
        </Link>
        <Link to="/graph/$iri" params={{ iri: asset.iri }} className={styles.lineage}>
          Graph
        </Link>
        {copiesOf(asset, new URL("./", document.baseURI).href).map(({ label, text }) => (
          <CopyButton key={label} label={label} text={text} />
        ))}
      </div>
      <SaidLists asset={asset} facts={facts} />
      <dl className={styles.facts}>
        {asset.__typename === "Dataset" && <AssetMeasures dataset={asset} />}
        <div>
          <dt>Described by</dt>
          <dd>{asset.sources.join(", ") || "nobody"}</dd>
        </div>
        {asset.identifier !== asset.title && (
          <div>
            <dt>Identifier</dt>
            <dd>
              <code>{asset.identifier}</code>
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}
