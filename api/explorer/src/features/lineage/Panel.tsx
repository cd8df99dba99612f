import type { ReactNode } from "react";

import { Button } from "@/components/Button";
import styles from "@/features/lineage/Panel.module.css";

interface Props {
  title: ReactNode;
  label: string;
  testId: string;
  onClose: () => void;
  children: ReactNode;
}

/** Stands at the right of the drawing; on a phone, below it. */
export function Panel({ title, label, testId, onClose, children }: Props) {
  return (
    <aside className={styles.panel} aria-label={label} data-testid={testId}>
      <div className={styles.head}>
        <h2 dir="auto">{title}</h2>
        <Button onClick={onClose} autoFocus>
          Close
        </Button>
      </div>
      {children}
    </aside>
  );
}
