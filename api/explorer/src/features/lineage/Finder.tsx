import { TextFilter } from "@/components/TextFilter";
import styles from "@/features/lineage/Toolbar.module.css";
import type { LineageNode } from "@/features/lineage/graph";
import { count } from "@/lib/format";

const SHOWN = 8;

interface Props {
  words: string;
  onWords: (words: string) => void;
  found: LineageNode[];
  onGo: (iri: string) => void;
}

/** Finds cards by name; the first is jumped to by Enter. */
export function Finder({ words, onWords, found, onGo }: Props) {
  return (
    <form
      className={styles.finder}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const first = found[0];
        if (first) onGo(first.iri);
      }}
    >
      <TextFilter id="search-input" label="Find in the graph" value={words} onChange={onWords} />
      {words && (
        <ul aria-label="Found in the graph">
          {found.slice(0, SHOWN).map((node) => (
            <li key={node.iri}>
              <button type="button" onClick={() => onGo(node.iri)} title={node.title} dir="auto">
                {node.title}
                {node.container && <span> · {node.container.title}</span>}
              </button>
            </li>
          ))}
          {found.length > SHOWN && <li>{count(found.length - SHOWN)} more: type more of the name</li>}
          {found.length === 0 && <li>Nothing of that name here</li>}
        </ul>
      )}
    </form>
  );
}
