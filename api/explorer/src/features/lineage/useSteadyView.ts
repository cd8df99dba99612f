import { getNodesBounds, getViewportForBounds, useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";

import type { FlowNode } from "@/features/lineage/flow";

/**
 * Fits each new drawing into view, but for one that grew out of a card: then that card stays where it was.
 *
 * Returns a function that names the card which is about to grow.
 */
export function useSteadyView(nodes: FlowNode[]) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const before = useRef(nodes);
  const growing = useRef<string | null>(null);
  useEffect(() => {
    const at = (drawn: FlowNode[]) => drawn.find(({ id }) => id === growing.current)?.position;
    const [old, now] = [at(before.current), at(nodes)];
    before.current = nodes;
    if (old && now) {
      const { x, y, zoom } = flow.getViewport();
      void flow.setViewport({ x: x + (old.x - now.x) * zoom, y: y + (old.y - now.y) * zoom, zoom });
    } else if (nodes.length) {
      // By the sizes that the nodes were given: React Flow's own fitting waits until they are measured.
      const { width, height, minZoom } = store.getState();
      void flow.setViewport(getViewportForBounds(getNodesBounds(nodes), width, height, minZoom, 1, 0.08));
    }
  }, [flow, store, nodes]);
  return useCallback((iri: string | null) => {
    growing.current = iri;
  }, []);
}
