import { Link } from "@tanstack/react-router";

import { Button } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { chosen } from "@/features/search/searchParams";
import type { SearchParams } from "@/features/search/searchParams";
import { useStatus } from "@/lib/useStatus";

interface Props {
  params: SearchParams;
  onChange: (params: SearchParams) => void;
}

export function NoResult({ params, onChange }: Props) {
  const { data: status } = useStatus();
  const filters = chosen(params).length;
  return (
    <Notice title={filters ? "Nothing matches the words and the filters" : "Nothing matches"}>
      <ul>
        <li>Try fewer or other words: a table, a column, a tag, or what the data means.</li>
        {status && !status.semantic && <li>This server searches by words only; try the exact name.</li>}
        {status && status.indexedCommit < status.commit && (
          <li>The index is still catching up with the latest harvest; try again in a moment.</li>
        )}
        <li>
          See on the page <Link to="/sources">Sources</Link> whether its system was harvested.
        </li>
      </ul>
      {filters > 0 && params.q && <Button onClick={() => onChange({ q: params.q })}>Search without filters</Button>}
    </Notice>
  );
}
