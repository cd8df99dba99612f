import styles from "@/app/Shell.module.css";
import { plural } from "@/lib/format";
import { useStatus } from "@/lib/useStatus";

export function StatusLine() {
  const { data: status, isError } = useStatus();
  if (isError) return <p className={styles.status}>The server does not tell its state.</p>;
  if (!status) return <p className={styles.status}>&nbsp;</p>;
  const behind = status.commit - status.indexedCommit;
  return (
    <p className={styles.status} data-testid="status">
      <span>{plural(status.assets, "asset")}</span>
      <span>{plural(status.triples, "triple")}</span>
      <span>commit {status.commit}</span>
      <span>{behind > 0 ? `index ${plural(behind, "commit")} behind` : "index up to date"}</span>
      <span>{status.semantic ? "search by words and meaning" : "search by words"}</span>
      <span>Fabric {status.version}</span>
    </p>
  );
}
