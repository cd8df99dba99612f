import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import { useBoard, useJumpedTo, useTone } from "@/features/lineage/board";
import styles from "@/features/lineage/Card.module.css";
import { Ends } from "@/features/lineage/Ends";
import type { FrameNode, GroupNode } from "@/features/lineage/flow";
import { MEMBERS } from "@/features/lineage/grouping";
import { count, plural } from "@/lib/format";

/** A closed group, or what is not yet drawn of an open one. */
export const GroupCard = memo(function GroupCard({ id, data: { group } }: NodeProps<GroupNode>) {
  const board = useBoard();
  const tone = useTone(id);
  const opener = useJumpedTo<HTMLButtonElement>(id);
  const members = group.open
    ? `${plural(group.members, "further asset")}, ${count(Math.min(MEMBERS, group.members))} more by a click`
    : plural(group.members, "asset");
  return (
    <article
      className={styles.group}
      data-tone={tone ?? undefined}
      data-testid="lineage-group"
      onMouseEnter={() => board.hover(id)}
      onMouseLeave={() => board.hover(null)}
    >
      <Ends id="card" />
      <button
        ref={opener}
        type="button"
        data-card={id}
        onFocus={() => board.hover(id)}
        onBlur={() => board.hover(null)}
        onClick={() => board.openGroup(id)}
      >
        <strong dir="auto" title={group.title}>
          <span className="visually-hidden">Open </span>
          {group.title}
        </strong>{" "}
        <span>{[members, group.about].filter(Boolean).join(" · ")}</span>
      </button>
    </article>
  );
});

/** The frame of an open group. */
export const FrameCard = memo(function FrameCard({ data: { frame } }: NodeProps<FrameNode>) {
  const board = useBoard();
  return (
    <section className={styles.frame} aria-label={frame.title} data-testid="lineage-frame">
      <strong title={frame.title} dir="auto">
        {frame.title}
      </strong>
      <span>{plural(frame.total, "asset")}</span>
      <button type="button" onClick={() => board.closeGroup(frame.id)} aria-label={`Close ${frame.title}`}>
        Close
      </button>
    </section>
  );
});
