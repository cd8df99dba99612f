import { Button } from "@/components/Button";
import { Finder } from "@/features/lineage/Finder";
import { depthLabels, directionLabels } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import { Choice } from "@/features/lineage/Choice";
import styles from "@/features/lineage/Toolbar.module.css";

interface Props extends React.ComponentProps<typeof Finder> {
  search: LineageSearch;
  onSearch: (search: LineageSearch) => void;
  onHelp: () => void;
}

export function Toolbar({ search, onSearch, onHelp, ...finder }: Props) {
  return (
    <div className={styles.toolbar}>
      <Choice
        label="Depth"
        value={search.depth ?? "3"}
        labels={depthLabels}
        onChange={(depth) => onSearch({ ...search, depth })}
      />
      <Choice
        label="Direction"
        value={search.direction ?? "BOTH"}
        labels={directionLabels}
        onChange={(direction) => onSearch({ ...search, direction })}
      />
      <Button disabled={search.depth === "all"} onClick={() => onSearch({ ...search, depth: "all" })}>
        Show all
      </Button>
      <Finder {...finder} />
      <Button onClick={onHelp} aria-label="Keys" title="Keys (?)">
        ?
      </Button>
    </div>
  );
}
