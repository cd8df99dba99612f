import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { Notice } from "@/components/Notice";
import { AssetHeader } from "@/features/asset/AssetHeader";
import styles from "@/features/asset/AssetPage.module.css";
import { AssetTabs } from "@/features/asset/AssetTabs";
import { Loaded } from "@/features/asset/Loaded";
import { useAsset } from "@/features/asset/useAsset";
import { isWeb } from "@/lib/iri";

const route = getRouteApi("/asset");

export function AssetPage() {
  const { iri, tab } = route.useSearch();
  const navigate = useNavigate();
  const query = useAsset(iri);
  const openTab = (id: string) =>
    void navigate({ to: "/asset", search: { iri, tab: id }, replace: true, resetScroll: false });
  if (!iri) return <Unknown iri="" />;
  return (
    <Loaded query={query} what="the asset">
      {(asset) =>
        asset ? (
          <article className={styles.page}>
            <title>{`${asset.title} · Fabric`}</title>
            <AssetHeader asset={asset} />
            <AssetTabs key={asset.iri} asset={asset} tab={tab} onTab={openTab} />
          </article>
        ) : (
          <Unknown iri={iri} />
        )
      }
    </Loaded>
  );
}

function Unknown({ iri }: { iri: string }) {
  return (
    <Notice title="The graph knows no such asset">
      {iri && (
        <p className={styles.iri}>
          <code>{iri}</code>
        </p>
      )}
      <p>
        It may have another identifier since the last harvest. <Link to="/">Search for it</Link>
        {isWeb(iri) && (
          <>
            {" "}
            or <a href={iri}>open the address itself</a>
          </>
        )}
        .
      </p>
    </Notice>
  );
}
