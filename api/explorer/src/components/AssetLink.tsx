import { Link } from "@tanstack/react-router";

import styles from "@/components/AssetLink.module.css";
import { KindIcon } from "@/components/KindIcon";
import type { LinkPartsFragment } from "@/gql/graphql";
import { datasetOf } from "@/lib/iri";

/** A link to another asset's page; a field leads to its dataset. */
export function AssetLink({ link, icon = true }: { link: LinkPartsFragment; icon?: boolean }) {
  const iri = link.kind === "field" ? datasetOf(link.iri) : link.iri;
  return (
    <Link to="/asset" search={{ iri }} className={styles.link}>
      {icon && <KindIcon kind={link.kind} />}
      <span>{link.title}</span>
    </Link>
  );
}
