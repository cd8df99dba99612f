import { useEffect, useState } from "react";

import { createElk, layOut } from "@/features/lineage/layout";
import type { Box, Place } from "@/features/lineage/layout";

interface Laid {
  places: ReadonlyMap<string, Place> | null;
  error: Error | null;
}

/** Places of the boxes, worked out in a worker. Until new ones are there, those before stand. */
export function useLayout(boxes: Box[], edges: { start: string; end: string }[]): Laid {
  const [laid, setLaid] = useState<Laid>({ places: null, error: null });
  useEffect(() => {
    if (!boxes.length) return;
    const elk = createElk();
    let wanted = true;
    layOut(elk, boxes, edges).then(
      (places) => wanted && setLaid({ places, error: null }),
      (error: unknown) =>
        wanted && setLaid({ places: null, error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      wanted = false;
      elk.terminateWorker();
    };
  }, [boxes, edges]);
  return laid;
}
