import { lazy, Suspense } from "react";

import { CopyButton } from "@/components/CopyButton";
import styles from "@/features/asset/Code.module.css";

const SqlText = lazy(() => import("@/components/SqlText"));

interface Props {
  text: string;
  platform?: string | null | undefined;
}

/** A definition: plain at once, coloured when the highlighter has come, in the same place. */
export function Code({ text, platform }: Props) {
  return (
    <figure className={styles.code}>
      <figcaption>
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0} role="region" aria-label="Definition" data-testid="definition">
        <Suspense fallback={text}>
          <SqlText text={text} platform={platform} />
        </Suspense>
      </pre>
    </figure>
  );
}
