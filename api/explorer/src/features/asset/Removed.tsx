import { Moment } from "@/components/Moment";
import styles from "@/features/asset/AssetHeader.module.css";

export function Removed({ at }: { at: string }) {
  return (
    <p className={styles.removed} role="note" data-testid="removed">
      <strong>Removed.</strong> The last complete harvest of its source no longer found this asset (
      <Moment at={at} exact />
      ). What is shown here is what was last known.
    </p>
  );
}
