import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { AssetLink } from "@/components/AssetLink";
import { Badge } from "@/components/Badge";
import { Breadcrumb } from "@/components/Breadcrumb";
import { CopyButton } from "@/components/CopyButton";
import { KindIcon } from "@/components/KindIcon";
import styles from "@/features/asset/AssetHeader.module.css";
import { AssetMeasures } from "@/features/asset/AssetMeasures";
import { copiesOf } from "@/features/asset/copies";
import { CurateDialog } from "@/features/asset/CurateDialog";
import { Removed } from "@/features/asset/Removed";
import type { AssetHead } from "@/features/asset/useAsset";
import { kindLabel } from "@/lib/kinds";

const Markdown = lazy(() => import("@/components/Markdown"));

export function AssetHeader({ asset }: { asset: AssetHead }) {
  const datasetKind = asset.__typename === "Dataset" ? asset.datasetKind : "";
  return (
    <header className={styles.header}>
      {asset.removedAt && <Removed at={asset.removedAt} />}
      <Breadcrumb path={asset.path} linked />
      <div className={styles.heading}>
        <KindIcon kind={asset.kind} tile />
        <h1 dir="auto" data-testid="asset-title">
          {asset.title}
        </h1>
        <Badge>{kindLabel(asset.kind)}</Badge>
        {datasetKind && datasetKind !== asset.kind && <Badge>{kindLabel(datasetKind)}</Badge>}
        {asset.platform && <Badge>{asset.platform}</Badge>}
      </div>
      {asset.description ? (
        <div className={styles.description} dir="auto" data-testid="description">
          <Suspense fallback={<p className={styles.plain}>{asset.description}</p>}>
            <Markdown text={asset.description} />
          </Suspense>
        </div>
      ) : (
        <p className={styles.missing}>No description yet.</p>
      )}
      <div className={styles.actions}>
        <CurateDialog asset={asset} />
        <Link to="/lineage/$iri" params={{ iri: asset.iri }} className={styles.lineage}>
          Lineage
        </Link>
        {copiesOf(asset, new URL("./", document.baseURI).href).map(({ label, text }) => (
          <CopyButton key={label} label={label} text={text} />
        ))}
      </div>
      {asset.tags.length > 0 && (
        <ul className={styles.tags} aria-label="Tags">
          {asset.tags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
      <dl className={styles.facts}>
        <Links one="Owner" many="Owners" links={asset.owners} />
        <Links one="Domain" many="Domains" links={asset.domains} />
        <Links one="Term" many="Terms" links={asset.terms} />
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

function Links({ one, many, links }: { one: string; many: string; links: AssetHead["owners"] }) {
  if (!links.length) return null;
  return (
    <div>
      <dt>{links.length === 1 ? one : many}</dt>
      <dd className={styles.owners}>
        {links.map((link) => (
          <AssetLink key={link.iri} link={link} />
        ))}
      </dd>
    </div>
  );
}
