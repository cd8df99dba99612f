import { useState } from "react";

import { Notice } from "@/components/Notice";
import { TextFilter } from "@/components/TextFilter";
import styles from "@/features/asset/ColumnsTab.module.css";
import { FieldTable } from "@/features/asset/FieldTable";
import type { FieldNode } from "@/features/asset/FieldTable";
import { Loaded } from "@/features/asset/Loaded";
import { useAspect } from "@/features/asset/useAspect";
import { ColumnsDocument } from "@/gql/graphql";
import { filtered, opened, total } from "@/lib/fields";
import { count, plural } from "@/lib/format";

/** Up to so many fields, nested ones start open. */
const OPEN_UP_TO = 300;

export function ColumnsTab({ iri }: { iri: string }) {
  const query = useAspect(ColumnsDocument, iri, "columns");
  return (
    <Loaded query={query} what="the columns">
      {({ asset }) => <Columns fields={asset && "fields" in asset ? asset.fields : []} />}
    </Loaded>
  );
}

function Columns({ fields }: { fields: FieldNode[] }) {
  const [filter, setFilter] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const all = total(fields);
  const startOpen = all <= OPEN_UP_TO;
  const rows = filter.trim() ? filtered(fields, filter) : opened(fields, (field) => toggled.has(field) !== startOpen);
  const toggle = (field: string) => {
    const next = new Set(toggled);
    if (!next.delete(field)) next.add(field);
    setToggled(next);
  };
  if (!all) return <Notice title="No columns are known" />;
  return (
    <>
      <div className={styles.bar}>
        <TextFilter label="Filter columns" value={filter} onChange={setFilter} />
        <p role="status">
          {filter.trim() ? `${count(rows.length)} of ${plural(all, "column")}` : plural(all, "column")}
        </p>
      </div>
      {rows.length ? <FieldTable rows={rows} onToggle={toggle} /> : <Notice title="No column matches the filter" />}
    </>
  );
}
