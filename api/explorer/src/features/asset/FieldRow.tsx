import type { Ref } from "react";

import { AssetLink } from "@/components/AssetLink";
import { Badge } from "@/components/Badge";
import styles from "@/features/asset/ColumnsTab.module.css";
import type { FieldNode } from "@/features/asset/FieldTable";
import type { Row } from "@/lib/fields";
import { plural } from "@/lib/format";

interface Props {
  row: Row<FieldNode>;
  index: number;
  onToggle: (iri: string) => void;
  ref: Ref<HTMLTableRowElement>;
}

export function FieldRow({ row, index, onToggle, ref }: Props) {
  const { field } = row;
  return (
    <tr
      ref={ref}
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      data-testid="field-row"
      data-field={field.path}
    >
      <td role="cell" className={styles.name} style={{ "--depth": row.depth } as React.CSSProperties}>
        {row.nested > 0 && (
          <button
            type="button"
            aria-expanded={row.open}
            aria-label={`${row.open ? "Close" : "Open"} ${field.path}`}
            onClick={() => onToggle(field.iri)}
          >
            {row.open ? "▾" : "▸"}
          </button>
        )}
        <code title={field.path}>{field.name}</code>
        {field.primaryKey && (
          <Badge tone="warn" title="Part of the primary key">
            key
          </Badge>
        )}
        {field.required && !field.primaryKey && <Badge title="Never null">required</Badge>}
      </td>
      <td role="cell" className={styles.type}>
        <span>{field.datatype}</span>
        {field.nativeType && field.nativeType.toLowerCase() !== field.datatype.toLowerCase() && (
          <code title="The source's own type">{field.nativeType}</code>
        )}
      </td>
      <td role="cell" className={styles.about}>
        {field.description && <p>{field.description}</p>}
        <FieldLinks field={field} />
        {field.deeper && field.deeper.length > 0 && (
          <p>{plural(field.deeper.length, "field")} nested deeper than this page shows</p>
        )}
      </td>
    </tr>
  );
}

function FieldLinks({ field }: { field: FieldNode }) {
  const tagged = field.tags.length > 0;
  if (!field.references.length && !field.upstream.length && field.default == null && !tagged) return null;
  return (
    <ul className={styles.links}>
      {field.references.map((to) => (
        <li key={to.iri}>
          references <AssetLink link={{ ...to.dataset, title: `${to.dataset.title}.${to.path}` }} icon={false} />
        </li>
      ))}
      {field.upstream.map((from) => (
        <li key={from.iri}>
          from <AssetLink link={{ ...from.dataset, title: `${from.dataset.title}.${from.path}` }} icon={false} />
        </li>
      ))}
      {field.default != null && (
        <li>
          default <code>{field.default}</code>
        </li>
      )}
      {field.tags.map((tag) => (
        <li key={tag} className={styles.tag}>
          {tag}
        </li>
      ))}
    </ul>
  );
}
