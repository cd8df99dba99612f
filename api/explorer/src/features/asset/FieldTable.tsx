import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";

import styles from "@/features/asset/ColumnsTab.module.css";
import { FieldRow } from "@/features/asset/FieldRow";
import type { FieldPartsFragment } from "@/gql/graphql";
import type { Row } from "@/lib/fields";

export type FieldNode = FieldPartsFragment & { fields?: FieldNode[]; deeper?: { iri: string }[] };

/** Up to so many rows are all drawn, so that the browser's own search finds them. */
const DRAW_ALL = 150;

interface Props {
  rows: Row<FieldNode>[];
  onToggle: (iri: string) => void;
}

/** The columns, of which only those near the window are drawn. */
export function FieldTable({ rows, onToggle }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => 46,
    overscan: rows.length <= DRAW_ALL ? DRAW_ALL : 15,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.field.iri ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <table className={styles.table} role="table" aria-rowcount={rows.length + 1}>
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={1}>
          <th role="columnheader">Name</th>
          <th role="columnheader">Type</th>
          <th role="columnheader">Description and links</th>
        </tr>
      </thead>
      <tbody ref={body} role="rowgroup">
        <Spacer height={before} />
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <FieldRow
                key={item.key}
                ref={virtualizer.measureElement}
                index={item.index}
                row={row}
                onToggle={onToggle}
              />
            )
          );
        })}
        <Spacer height={after} />
      </tbody>
    </table>
  );
}

function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" className={styles.spacer} style={{ height }} /> : null;
}
