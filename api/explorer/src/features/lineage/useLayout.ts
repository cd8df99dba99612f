import { useEffect, useRef, useState } from "react";

import { Layouter } from "@/features/lineage/layout";
import type { Box, Link, Place } from "@/features/lineage/layout";

interface Laid {
  places: ReadonlyMap<string, Place> | null;
  /** Boxes of frames. */
  sizes: ReadonlyMap<string, Box>;
  error: Error | null;
}

const NOTHING: Laid = { places: null, sizes: new Map(), error: null };

/** Places of the boxes, worked out in workers. Until new ones are there, those before stand. */
export function useLayout(boxes: Box[], edges: Link[], frames: ReadonlyMap<string, readonly string[]>): Laid {
  const [laid, setLaid] = useState(NOTHING);
  const layouter = useRef<Layouter>(null);
  useEffect(() => () => layouter.current?.close(), []);
  useEffect(() => {
    if (!boxes.length) return;
    layouter.current ??= new Layouter();
    let state: "busy" | "done" | "unwanted" = "busy";
    const done = (next: Laid) => {
      if (state === "unwanted") return;
      state = "done";
      setLaid(next);
    };
    layouter.current.layOut(boxes, edges, frames).then(
      (found) => done({ ...found, error: null }),
      (error: unknown) => done({ ...NOTHING, error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      if (state !== "busy") return;
      // A worker cannot be told to stop what it does.
      state = "unwanted";
      layouter.current?.close();
      layouter.current = null;
    };
  }, [boxes, edges, frames]);
  return laid;
}
