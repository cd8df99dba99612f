import { Fragment } from "react";

import { AssetLink } from "@/components/AssetLink";
import styles from "@/components/Breadcrumb.module.css";
import type { LinkPartsFragment } from "@/gql/graphql";

/** Where an asset lives, from the outermost container to its direct parent. */
export function Breadcrumb({ path, linked = false }: { path: LinkPartsFragment[]; linked?: boolean }) {
  if (!path.length) return null;
  const steps = path.map((link, index) => (
    <Fragment key={link.iri}>
      {index > 0 && (
        <span aria-hidden="true" className={styles.separator}>
          /
        </span>
      )}
      {linked ? <AssetLink link={link} icon={false} /> : <span>{link.title}</span>}
    </Fragment>
  ));
  return linked ? (
    <nav className={styles.path} aria-label="Path">
      {steps}
    </nav>
  ) : (
    <p className={styles.path}>{steps}</p>
  );
}
