import { useState } from "react";

import { KindIcon } from "@/components/KindIcon";
import { PlatformIcon } from "@/components/PlatformIcon";
import styles from "@/features/search/Facets.module.css";
import type { FacetName } from "@/features/search/searchParams";
import { count } from "@/lib/format";
import { kindLabel } from "@/lib/kinds";

const FEW = 8;

const titles: Record<FacetName, string> = { kind: "Kind", platform: "Platform", source: "Source", tag: "Tag" };

interface Props {
  name: FacetName;
  values: { value: string; count: number }[];
  selected: string[];
  onToggle: (value: string) => void;
}

export function FacetGroup({ name, values, selected, onToggle }: Props) {
  const [all, setAll] = useState(false);
  // A chosen value stays visible, and can be taken back, where the server no longer counts it.
  const gone = selected.filter((value) => !values.some((one) => one.value === value));
  const listed = [...gone.map((value) => ({ value, count: 0 })), ...values];
  if (!listed.length) return null;
  const visible = all ? listed : listed.slice(0, FEW);
  return (
    <fieldset className={styles.group}>
      <legend>{titles[name]}</legend>
      {visible.map(({ value, count: hits }) => (
        <label key={value} className={styles.value} data-testid="facet-value" data-facet={name} data-value={value}>
          <input type="checkbox" checked={selected.includes(value)} onChange={() => onToggle(value)} />
          {name === "kind" && <KindIcon kind={value} />}
          {name === "platform" && <PlatformIcon platform={value} />}
          <span className={styles.name}>{name === "kind" ? kindLabel(value) : value}</span>
          <span className={styles.count}>{count(hits)}</span>
        </label>
      ))}
      {listed.length > FEW && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${listed.length}`}
        </button>
      )}
    </fieldset>
  );
}
