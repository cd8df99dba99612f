import { Popover } from "@base-ui/react/popover";

import buttons from "@/components/Button.module.css";
import { NONE } from "@/features/lineage/filters";
import type { Facet, FacetName } from "@/features/lineage/filters";
import styles from "@/features/lineage/Filters.module.css";
import { flipped } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { count } from "@/lib/format";
import { kindLabel } from "@/lib/kinds";

const titles: Record<FacetName, string> = { platform: "Platform", kind: "Kind", domain: "Domain" };

function labelOf(facet: FacetName, value: string): string {
  if (value === NONE) return `No ${facet}`;
  return facet === "kind" ? kindLabel(value) : value;
}

interface Props {
  facets: Facet[];
  search: LineageSearch;
  onSearch: (search: LineageSearch) => void;
}

/** Narrows the drawing to some platforms, kinds and domains. */
export function Filters({ facets, search, onSearch }: Props) {
  const chosen = facets.reduce((sum, { name }) => sum + (search[name]?.length ?? 0), 0);
  return (
    <Popover.Root>
      <Popover.Trigger className={buttons.plain} data-testid="lineage-filters">
        Filter{chosen > 0 && ` (${count(chosen)})`}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className={styles.positioner}>
          <Popover.Popup className={styles.popup} aria-label="Filters">
            {facets.map(({ name, values }) => (
              <fieldset key={name}>
                <legend>{titles[name]}</legend>
                {values.map(({ value, count: many }) => (
                  <label key={value}>
                    <input
                      type="checkbox"
                      checked={search[name]?.includes(value) ?? false}
                      onChange={() => onSearch({ ...search, [name]: flipped(search[name], value) })}
                    />
                    <span dir="auto">{labelOf(name, value)}</span> <small>{count(many)}</small>
                  </label>
                ))}
              </fieldset>
            ))}
            {chosen > 0 && (
              <button
                type="button"
                className={buttons.plain}
                onClick={() => onSearch({ ...search, platform: undefined, kind: undefined, domain: undefined })}
              >
                Clear filters
              </button>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
