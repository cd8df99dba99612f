import { Button } from "@/components/Button";
import { TextFilter } from "@/components/TextFilter";
import styles from "@/features/lineage/LineagePage.module.css";
import { depthLabels, directionLabels } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import type { LineageNode } from "@/features/lineage/graph";

interface Props {
  search: LineageSearch;
  onSearch: (search: LineageSearch) => void;
  words: string;
  onWords: (words: string) => void;
  found: LineageNode[];
  onGo: (iri: string) => void;
}

export function Toolbar({ search, onSearch, words, onWords, found, onGo }: Props) {
  return (
    <form
      className={styles.toolbar}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const first = found[0];
        if (first) onGo(first.iri);
      }}
    >
      <label>
        <span className="visually-hidden">Depth</span>
        <select value={search.depth ?? "3"} onChange={(event) => onSearch({ ...search, depth: event.target.value })}>
          {Object.entries(depthLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className="visually-hidden">Direction</span>
        <select
          value={search.direction ?? "BOTH"}
          onChange={(event) => onSearch({ ...search, direction: event.target.value as LineageSearch["direction"] })}
        >
          {Object.entries(directionLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Button disabled={search.depth === "all"} onClick={() => onSearch({ ...search, depth: "all" })}>
        Show all
      </Button>
      <div className={styles.finder}>
        <TextFilter label="Find in the graph" value={words} onChange={onWords} />
        {words && (
          <ul aria-label="Found in the graph">
            {found.slice(0, 8).map((node) => (
              <li key={node.iri}>
                <button type="button" onClick={() => onGo(node.iri)} dir="auto">
                  {node.title}
                </button>
              </li>
            ))}
            {found.length > 8 && <li>{found.length - 8} more: type more of the name</li>}
            {found.length === 0 && <li>Nothing of that name here</li>}
          </ul>
        )}
      </div>
    </form>
  );
}
