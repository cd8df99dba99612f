import type { ReactNode } from "react";

import styles from "@/components/Notice.module.css";

/** A calm word where there is nothing to show. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.notice}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
