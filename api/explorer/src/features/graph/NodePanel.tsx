import { AssetLink } from "@/components/AssetLink";
import { Button } from "@/components/Button";
import { ShowMore } from "@/components/ShowMore";
import type { Drawn } from "@/features/graph/growing";
import styles from "@/features/graph/GraphPage.module.css";
import { plural } from "@/lib/format";
import { usePaged } from "@/lib/usePaged";

interface Props {
  graph: Drawn;
  chosen: string;
  busy: boolean;
  onChoose: (iri: string) => void;
  onExpand: (iri: string) => void;
}

/** The chosen node and its edges in words: the graph for the keyboard and for who cannot see it. */
export function NodePanel({ graph, chosen, busy, onChoose, onExpand }: Props) {
  const node = graph.getNodeAttributes(chosen);
  const edges = graph.mapEdges(chosen, (key, { meaning }, start, end) => ({ key, meaning, start, end }));
  const { visible, hidden, showMore } = usePaged(edges, 50);
  return (
    <section className={styles.panel} aria-label="Chosen asset" data-testid="graph-panel">
      <h2>
        <AssetLink link={{ iri: chosen, kind: node.kind, title: node.label }} />
      </h2>
      <p role="status">{plural(edges.length, "edge")} shown</p>
      {!node.expanded && (
        <Button primary disabled={busy} onClick={() => onExpand(chosen)}>
          {busy ? "Loading…" : "Show its neighbours"}
        </Button>
      )}
      <ul>
        {visible.map(({ key, meaning, start, end }) => {
          const other = start === chosen ? end : start;
          const title = graph.getNodeAttribute(other, "label");
          return (
            <li key={key}>
              {start === chosen ? <span>{meaning} </span> : null}
              <button type="button" onClick={() => onChoose(other)} dir="auto">
                {title}
              </button>
              {start === chosen ? null : <span> {meaning} this</span>}
            </li>
          );
        })}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </section>
  );
}
