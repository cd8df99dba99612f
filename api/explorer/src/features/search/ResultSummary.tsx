import { SaveSearch } from "@/features/search/SaveSearch";
import styles from "@/features/search/SearchPage.module.css";
import { chosen, toggled } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { count } from "@/lib/format";

interface Props {
  total: number;
  params: SearchParams;
  onChange: (params: SearchParams) => void;
}

export function ResultSummary({ total, params, onChange }: Props) {
  const filters = chosen(params);
  return (
    <div className={styles.summary}>
      <span role="status" data-testid="total">
        <strong>{count(total)}</strong> {total === 1 ? "result" : "results"}
        {params.q && (
          <>
            {" "}
            for <strong>{params.q}</strong>
          </>
        )}
      </span>
      {filters.map(({ name, value }) => (
        <button
          key={`${name} ${value}`}
          type="button"
          className={styles.filter}
          aria-label={`Remove the filter ${name} ${value}`}
          onClick={() => onChange(toggled(params, name, value))}
        >
          {name}: {value} <span aria-hidden="true">×</span>
        </button>
      ))}
      {filters.length > 1 && (
        <button type="button" className={styles.plain} onClick={() => onChange({ q: params.q })}>
          Clear filters
        </button>
      )}
      <SaveSearch params={params} />
    </div>
  );
}
