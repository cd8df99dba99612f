import { Popover } from "@base-ui/react/popover";
import { useState } from "react";

import buttons from "@/components/Button.module.css";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import styles from "@/features/lineage/Filters.module.css";
import { pngOf, save, svgOf } from "@/features/lineage/picture";
import type { Scene } from "@/features/lineage/scene";
import { colours } from "@/lib/colours";

/** Saves the drawing as a picture, or copies the link that shows it. */
export function Share({ scene, title }: { scene: Scene; title: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const file = `lineage of ${title}`.replace(/[^\p{L}\p{N} ._-]+/gu, "_").slice(0, 100);
  const write = async (kind: "svg" | "png") => {
    setProblem(null);
    try {
      const drawn = svgOf(scene, `Lineage of ${title}`, colours());
      const blob = kind === "svg" ? new Blob([drawn.svg], { type: "image/svg+xml" }) : await pngOf(drawn);
      save(blob, `${file}.${kind}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Popover.Root>
      <Popover.Trigger className={buttons.plain}>Share</Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="end" className={styles.positioner}>
          <Popover.Popup className={styles.popup} aria-label="Share">
            <CopyButton text={window.location.href} label="Copy link" />
            <Button onClick={() => void write("svg")}>Save as SVG</Button>
            <Button onClick={() => void write("png")}>Save as PNG</Button>
            {problem && <p role="alert">{problem}</p>}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
