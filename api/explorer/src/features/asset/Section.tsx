import type { ReactNode } from "react";

import styles from "@/features/asset/Section.module.css";
import { count } from "@/lib/format";

export function Section({ title, size, children }: { title: string; size?: number; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2>
        {title} {size !== undefined && <span>{count(size)}</span>}
      </h2>
      {children}
    </section>
  );
}
