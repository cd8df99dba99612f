import { Link } from "@tanstack/react-router";

import { Badge } from "@/components/Badge";
import { Breadcrumb } from "@/components/Breadcrumb";
import { KindIcon } from "@/components/KindIcon";
import { PlatformBadge } from "@/components/PlatformBadge";
import { Highlight } from "@/features/search/Highlight";
import styles from "@/features/search/ResultCard.module.css";
import type { SearchQuery } from "@/gql/graphql";
import { plainText } from "@/lib/highlight";
import { kindLabel } from "@/lib/kinds";

type Edge = SearchQuery["search"]["edges"][number];

export function ResultCard({ edge }: { edge: Edge }) {
  const { node, highlight, why } = edge;
  const found = highlight ? plainText(highlight).trim() : "";
  const saysMore = found !== "" && !node.description?.startsWith(found);
  return (
    <li className={styles.card} data-testid="result" data-iri={node.iri}>
      <KindIcon kind={node.kind} tile />
      <div className={styles.body}>
        <Breadcrumb path={node.path} />
        <div className={styles.heading}>
          <h2>
            <Link to="/asset" search={{ iri: node.iri }} className={styles.title} data-stop>
              {node.title}
            </Link>
          </h2>
          <Badge>{kindLabel(node.kind)}</Badge>
          {node.platform && <PlatformBadge platform={node.platform} />}
          {node.removedAt && <Badge tone="bad">removed</Badge>}
        </div>
        {node.description && <p className={styles.description}>{node.description}</p>}
        {highlight && saysMore && <Highlight text={highlight} />}
        {(why.length > 0 || node.tags.length > 0) && (
          <ul className={styles.chips} aria-label="Why it was found, and its tags">
            {why.map((reason) => (
              <li key={reason} className={styles.why}>
                {reason}
              </li>
            ))}
            {node.tags.map((tag) => (
              <li key={tag} className={styles.tag}>
                {tag}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
