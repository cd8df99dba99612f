import type { ReactNode } from "react";

import styles from "@/components/Badge.module.css";
import type { Tone } from "@/lib/tone";

export function Badge({
  children,
  tone = "quiet",
  title,
}: {
  children: ReactNode;
  tone?: Tone | "accent";
  title?: string;
}) {
  return (
    <span className={styles.badge} data-tone={tone} title={title}>
      {children}
    </span>
  );
}
