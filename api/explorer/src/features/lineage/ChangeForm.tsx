import { useState } from "react";

import { Button } from "@/components/Button";
import field from "@/components/Field.module.css";
import { Choice } from "@/features/lineage/Choice";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { useChangeable } from "@/features/lineage/useImpact";
import type { ChangeKind } from "@/gql/graphql";
import { datasetOf } from "@/lib/iri";

const kinds: Record<ChangeKind, string> = {
  DROP_COLUMN: "Drop a column",
  RENAME_COLUMN: "Rename a column",
  RETYPE_COLUMN: "Change a column's type",
  DROP_TABLE: "Drop the table",
};

interface Props {
  table: string;
  search: LineageSearch;
  onSearch: (search: LineageSearch) => void;
}

/** Which change to ask of. It is asked when it is complete and sent, so that a half-written name asks nothing. */
export function ChangeForm({ table, search, onSearch }: Props) {
  const columns = useChangeable(table);
  const mine = search.of && datasetOf(search.of) === table ? search : {};
  const [kind, setKind] = useState<ChangeKind>(mine.change ?? "DROP_COLUMN");
  const [column, setColumn] = useState(mine.of ?? "");
  const [text, setText] = useState(mine.as ?? "");
  const whole = kind === "DROP_TABLE";
  const named = kind === "RENAME_COLUMN" || kind === "RETYPE_COLUMN";
  const paths = columns.data ?? [];
  const of = whole ? table : paths.some(({ iri }) => iri === column) ? column : (paths[0]?.iri ?? "");
  return (
    <form
      className={field.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch({ ...search, change: kind, of, as: named ? text.trim() : undefined });
      }}
    >
      <Choice label="Change" value={kind} labels={kinds} onChange={setKind} />
      {!whole && (
        <Choice
          label="Column"
          value={of}
          labels={Object.fromEntries(paths.map(({ iri, path }) => [iri, path]))}
          onChange={setColumn}
        />
      )}
      {named && (
        <input
          className={field.input}
          aria-label={kind === "RENAME_COLUMN" ? "New name" : "New type"}
          placeholder={kind === "RENAME_COLUMN" ? "New name" : "New type"}
          value={text}
          onChange={({ target }) => setText(target.value)}
          required
        />
      )}
      <div className={field.actions}>
        <Button primary type="submit" disabled={!of}>
          Show what breaks
        </Button>
      </div>
    </form>
  );
}
