import { Button } from "@/components/Button";
import { Choice } from "@/features/lineage/Choice";
import type { Facet } from "@/features/lineage/filters";
import { Filters } from "@/features/lineage/Filters";
import { Finder } from "@/features/lineage/Finder";
import { depthLabels, directionLabels, groupLabels } from "@/features/lineage/lineageSearch";
import type { LineageSearch } from "@/features/lineage/lineageSearch";
import styles from "@/features/lineage/Toolbar.module.css";

interface Props extends React.ComponentProps<typeof Finder> {
  search: LineageSearch;
  facets: Facet[];
  share: React.ReactNode;
  onSearch: (search: LineageSearch) => void;
  onHelp: () => void;
}

export function Toolbar({ search, facets, share, onSearch, onHelp, ...finder }: Props) {
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
      <Filters facets={facets} search={search} onSearch={onSearch} />
      <Choice
        label="Groups"
        value={search.group ?? "auto"}
        labels={groupLabels}
        onChange={(group) => onSearch({ ...search, group: group === "auto" ? undefined : group, groups: undefined })}
      />
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={search.jobs === "collapsed"}
          onChange={({ target }) => onSearch({ ...search, jobs: target.checked ? "collapsed" : undefined })}
        />
        Collapse jobs
      </label>
      {(["ways", "impact"] as const).map((ask) => (
        <Button
          key={ask}
          aria-pressed={search.ask === ask}
          disabled={search.asOf !== undefined}
          title={search.asOf ? "Only now can be asked this, not the past." : undefined}
          onClick={() => onSearch({ ...search, ask: search.ask === ask ? undefined : ask })}
        >
          {ask === "ways" ? "Ways between two" : "Impact"}
        </Button>
      ))}
      <Finder {...finder} />
      {share}
      <Button onClick={onHelp} aria-label="Keys" title="Keys (?)">
        ?
      </Button>
    </div>
  );
}
