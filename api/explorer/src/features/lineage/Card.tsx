import { Link } from "@tanstack/react-router";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import { KindIcon } from "@/components/KindIcon";
import { useBoard, useJumpedTo, useTone } from "@/features/lineage/board";
import type { Board } from "@/features/lineage/board";
import styles from "@/features/lineage/Card.module.css";
import { Ends } from "@/features/lineage/Ends";
import type { CardNode } from "@/features/lineage/flow";
import type { LineageField } from "@/features/lineage/graph";
import { moment, plural } from "@/lib/format";
import { kindLabel } from "@/lib/kinds";

export const Card = memo(function Card({ data: { node, fields, missing, root } }: NodeProps<CardNode>) {
  const board = useBoard();
  const tone = useTone(node.iri);
  const title = useJumpedTo<HTMLAnchorElement>(node.iri);
  const about = [kindLabel(node.datasetKind ?? node.kind), node.platform, node.container?.title].filter(Boolean);
  return (
    <article
      className={styles.card}
      data-tone={tone ?? undefined}
      data-root={root || undefined}
      data-removed={node.removedAt ? true : undefined}
      data-testid="lineage-card"
      data-pick={board.pick ? true : undefined}
      aria-label={node.title}
      onClickCapture={(event) => pickBy(event, board, node.iri)}
      onMouseEnter={() => board.hover(node.iri)}
      onMouseLeave={() => board.hover(null)}
    >
      <Ends id="card" />
      <header className={styles.head}>
        <KindIcon kind={node.kind} />
        <Link
          ref={title}
          to="/asset"
          search={{ iri: node.iri }}
          className={styles.title}
          title={node.title}
          dir="auto"
          data-card={node.iri}
          onFocus={() => board.hover(node.iri)}
          onBlur={() => board.hover(null)}
        >
          {node.title}
        </Link>
        {node.fieldCount > 0 && (
          <button
            type="button"
            className={styles.toggle}
            aria-expanded={fields !== null}
            aria-label={`Columns of ${node.title}`}
            onClick={() => board.toggle(node.iri)}
          >
            {fields ? "▴" : "▾"}
          </button>
        )}
      </header>
      <p className={styles.about} title={about.join(" · ")}>
        {node.removedAt ? <strong title={`No longer found since ${moment(node.removedAt)}`}>Removed · </strong> : null}
        {about.join(" · ")}
      </p>
      <Expand iri={node.iri} title={node.title} missing={missing.upstream} direction="UPSTREAM" />
      <Expand iri={node.iri} title={node.title} missing={missing.downstream} direction="DOWNSTREAM" />
      {fields && <Columns fields={fields} total={node.fieldCount} />}
    </article>
  );
});

/** While something is to be chosen, a click on a card does that, but for its own buttons. */
function pickBy(event: React.MouseEvent, board: Board, iri: string) {
  if (!board.pick || !(event.target instanceof Element)) return;
  const field = event.target.closest<HTMLElement>("[data-field]")?.dataset.field;
  if (!field && event.target.closest("button")) return;
  event.preventDefault();
  event.stopPropagation();
  board.pick(field ?? iri);
}

function Columns({ fields, total }: { fields: LineageField[]; total: number }) {
  const silent = total - fields.length;
  return (
    <>
      <ul className={styles.columns}>
        {fields.map((field) => (
          <Column key={field.iri} field={field} />
        ))}
      </ul>
      <p className={styles.silent}>{silent > 0 ? `${plural(silent, "column")} without known lineage` : ""}</p>
    </>
  );
}

function Column({ field }: { field: LineageField }) {
  const board = useBoard();
  const tone = useTone(field.iri);
  return (
    <li
      className={styles.column}
      data-tone={tone ?? undefined}
      data-testid="lineage-column"
      data-field={field.iri}
      onMouseEnter={() => board.hover(field.iri)}
      onMouseLeave={() => board.hover(null)}
    >
      <Ends id={field.iri} />
      <button type="button" onFocus={() => board.hover(field.iri)} onBlur={() => board.hover(null)} title={field.path}>
        {field.path}
      </button>
      <span>{field.datatype}</span>
    </li>
  );
}

interface ExpandProps {
  iri: string;
  title: string;
  missing: number;
  direction: "UPSTREAM" | "DOWNSTREAM";
}

function Expand({ iri, title, missing, direction }: ExpandProps) {
  const board = useBoard();
  if (!missing) return null;
  const way = direction.toLowerCase();
  return (
    <button
      type="button"
      className={direction === "UPSTREAM" ? styles.before : styles.after}
      aria-label={`Show ${missing} more ${way} of ${title}`}
      title={`Show ${missing} more ${way}`}
      onClick={() => board.expand(iri, direction)}
    >
      +{missing}
    </button>
  );
}
