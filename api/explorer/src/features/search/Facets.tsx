import { useState } from "react";

import { Button } from "@/components/Button";
import { FacetGroup } from "@/features/search/FacetGroup";
import styles from "@/features/search/Facets.module.css";
import { chosen, facetNames } from "@/features/search/searchParams";
import type { FacetName, SearchParams } from "@/features/search/searchParams";
import type { SearchQuery } from "@/gql/graphql";

interface Props {
  facets: SearchQuery["search"]["facets"];
  params: SearchParams;
  onToggle: (name: FacetName, value: string) => void;
}

export function Facets({ facets, params, onToggle }: Props) {
  const [open, setOpen] = useState(false);
  const active = chosen(params).length;
  return (
    <aside className={styles.panel} aria-label="Filters" data-open={open}>
      <div className={styles.toggle}>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {active ? `Filters (${active})` : "Filters"}
        </Button>
      </div>
      <div className={styles.groups}>
        {facetNames.map((name) => (
          <FacetGroup
            key={name}
            name={name}
            values={facets.find((facet) => facet.name === name)?.values ?? []}
            selected={params[name] ?? []}
            onToggle={(value) => onToggle(name, value)}
          />
        ))}
      </div>
    </aside>
  );
}
