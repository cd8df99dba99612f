import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { ErrorPanel } from "@/components/ErrorPanel";
import { KindIcon } from "@/components/KindIcon";
import { PlatformIcon } from "@/components/PlatformIcon";
import styles from "@/features/search/Welcome.module.css";
import type { FacetName } from "@/features/search/searchParams";
import { BrowseDocument } from "@/gql/graphql";
import { count } from "@/lib/format";
import { execute } from "@/lib/graphql";
import { kindPlural } from "@/lib/kinds";

const groups: { name: FacetName; title: string }[] = [
  { name: "kind", title: "Browse by kind" },
  { name: "platform", title: "By platform" },
  { name: "tag", title: "By tag" },
];

const MOST = 12;

/** What the estate holds, as ways into it: the facets of the empty search. */
export function Browse() {
  const browse = useQuery({
    queryKey: ["browse"],
    queryFn: ({ signal }) => execute(BrowseDocument, {}, signal),
  });
  if (browse.isError) {
    return (
      <ErrorPanel title="The estate cannot be browsed" error={browse.error} onRetry={() => void browse.refetch()} />
    );
  }
  const facets = browse.data?.search.facets ?? [];
  return groups.map(({ name, title }) => {
    const values = facets.find((facet) => facet.name === name)?.values ?? [];
    if (!values.length) return null;
    return (
      <section key={name} className={styles.group}>
        <h2>{title}</h2>
        <ul className={styles.doors}>
          {values.slice(0, MOST).map(({ value, count: hits }) => (
            <li key={value}>
              <Link to="/" search={{ [name]: [value] }}>
                {name === "kind" && <KindIcon kind={value} />}
                {name === "platform" && <PlatformIcon platform={value} />}
                <span>{name === "kind" ? kindPlural(value) : value}</span>
                <span className={styles.hits}>{count(hits)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}
