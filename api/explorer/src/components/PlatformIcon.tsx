import { lazy, Suspense } from "react";

import styles from "@/components/KindIcon.module.css";

// The marks are 30 kB of paths, which no first page waits for; their place is kept.
const Mark = lazy(() => import("@/components/PlatformMark"));

export function PlatformIcon({ platform }: { platform: string }) {
  return (
    <span className={styles.plain} data-platform={platform}>
      <Suspense>
        <Mark platform={platform} />
      </Suspense>
    </span>
  );
}
