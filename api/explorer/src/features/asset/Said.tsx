import { Moment } from "@/components/Moment";
import type { Fact } from "@/features/asset/FactRow";
import styles from "@/features/asset/AssetHeader.module.css";

/** Who says what stands above; of people, the history tells when. */
export function Said({ fact }: { fact: Fact | undefined }) {
  return (
    <p className={styles.said} data-testid="said">
      {!fact ? (
        <>&nbsp;</>
      ) : fact.curated ? (
        "Said by people"
      ) : (
        <>
          From {fact.source}
          {fact.at && (
            <>
              , read <Moment at={fact.at} />
            </>
          )}
        </>
      )}
    </p>
  );
}
