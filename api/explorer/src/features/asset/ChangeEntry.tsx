import { Moment } from "@/components/Moment";
import { ShowMore } from "@/components/ShowMore";
import styles from "@/features/asset/HistoryTab.module.css";
import type { HistoryQuery } from "@/gql/graphql";
import { count } from "@/lib/format";
import { lastSegment } from "@/lib/iri";
import { objectLabel, parseTriple } from "@/lib/ntriples";
import { usePaged } from "@/lib/usePaged";

type Change = HistoryQuery["history"]["edges"][number]["node"];

export function ChangeEntry({ change, subject }: { change: Change; subject: string }) {
  const lines = [
    ...change.removed.map((line) => ({ sign: "−", line })),
    ...change.added.map((line) => ({ sign: "+", line })),
  ];
  const { visible, hidden, showMore } = usePaged(lines, 30);
  return (
    <li className={styles.change} data-testid="change">
      <p className={styles.head}>
        <strong>
          <Moment at={change.at} exact />
        </strong>
        <span>{change.source}</span>
        {change.author && <span data-testid="author">by {change.author}</span>}
        <span>commit {change.commit}</span>
        {change.run && <span>run {change.run.slice(0, 8)}</span>}
        {change.added.length > 0 && <span className={styles.added}>+{count(change.added.length)}</span>}
        {change.removed.length > 0 && <span className={styles.removed}>−{count(change.removed.length)}</span>}
      </p>
      <ul className={styles.lines}>
        {visible.map(({ sign, line }) => (
          <li key={`${sign}${line}`} className={sign === "+" ? styles.added : styles.removed} title={line}>
            <span className={styles.sign} aria-hidden="true">
              {sign}
            </span>
            <span className="visually-hidden">{sign === "+" ? "added" : "removed"}</span>
            <Line text={line} subject={subject} />
          </li>
        ))}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </li>
  );
}

function Line({ text, subject }: { text: string; subject: string }) {
  const triple = parseTriple(text);
  if (!triple) return <code>{text}</code>;
  return (
    <span className={styles.line}>
      {triple.subject !== subject && <span className={styles.subject}>{lastSegment(triple.subject)}</span>}
      <span className={styles.predicate}>{lastSegment(triple.predicate)}</span>
      <span>{objectLabel(triple)}</span>
    </span>
  );
}
