import { ShowMore } from "@/components/ShowMore";
import styles from "@/features/sources/SourcesPage.module.css";
import type { RunPartsFragment } from "@/gql/graphql";
import { plural } from "@/lib/format";
import { usePaged } from "@/lib/usePaged";

export function Problems({ run }: { run: RunPartsFragment }) {
  return (
    <>
      {run.error && (
        <p className={styles.error} role="alert" data-testid="run-error">
          {run.error}
        </p>
      )}
      <Lines title={plural(run.refused.length, "record refused", "records refused")} lines={run.refused} />
      <Lines title={plural(run.problems.length, "problem")} lines={run.problems} />
    </>
  );
}

function Lines({ title, lines }: { title: string; lines: string[] }) {
  const { visible, hidden, showMore } = usePaged(lines, 50);
  if (!lines.length) return null;
  return (
    <details className={styles.details} data-tone="warn">
      <summary>{title}</summary>
      <ul className={styles.problems}>
        {visible.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
      <ShowMore hidden={hidden} onClick={showMore} />
    </details>
  );
}
