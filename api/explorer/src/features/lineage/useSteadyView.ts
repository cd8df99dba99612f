import { getViewportForBounds, useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef } from "react";

import { boundsOf } from "@/features/lineage/flow";
import type { FlowNode } from "@/features/lineage/flow";

const READABLE = 0.9;
/** Of a card higher than this the head is shown. */
const TALL = 400;

interface View {
  fit: () => void;
  /** Says that the reader moved the drawing, which is then left where it is. */
  moved: () => void;
  /** Names the card that is about to grow; null where the next drawing is to be fitted. */
  grow: (id: string | null) => void;
  /**
   * Brings a card into the middle, large enough to be read, and has it take the focus.
   *
   * False where it is not drawn; then it is done when it is.
   */
  go: (id: string) => boolean;
  takesFocus: (id: string) => boolean;
}

/** Fits each new drawing into view, but for one that grew out of a card: then that card stays where it was. */
export function useSteadyView(nodes: FlowNode[]): View {
  const flow = useReactFlow();
  const store = useStoreApi();
  const size = useStore(({ width, height }) => `${width} ${height}`);
  const ready = !size.split(" ").includes("0");
  const fitted = useRef(false);
  const before = useRef(nodes);
  const growing = useRef<string | null>(null);
  const awaited = useRef<string | null>(null);
  const pending = useRef<string | null>(null);

  const fit = useCallback(() => {
    // By the sizes that the nodes were given: React Flow's own fitting waits until they are measured.
    const { width, height, minZoom } = store.getState();
    fitted.current = true;
    void flow.setViewport(getViewportForBounds(boundsOf(before.current), width, height, minZoom, 1, 0.06));
  }, [flow, store]);

  // A drawing that fits goes on to fit while the window or a panel beside it changes its size.
  useEffect(() => {
    if (fitted.current && ready) fit();
  }, [fit, ready, size]);

  const go = useCallback(
    (id: string) => {
      const node = before.current.find((one) => one.id === id);
      if (!node) {
        pending.current = id;
        return false;
      }
      const { position, width = 0, height = 0 } = node;
      fitted.current = false;
      void flow.setCenter(position.x + width / 2, position.y + Math.min(height, TALL) / 2, {
        zoom: Math.max(READABLE, Math.min(1, flow.getZoom())),
      });
      const drawn = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);
      awaited.current = drawn ? null : id;
      drawn?.focus({ preventScroll: true });
      return true;
    },
    [flow],
  );

  useEffect(() => {
    if (!ready) return;
    const at = (drawn: FlowNode[]) => drawn.find(({ id }) => id === growing.current)?.position;
    const [old, now] = [at(before.current), at(nodes)];
    before.current = nodes;
    const jump = nodes.find(({ id }) => id === pending.current);
    if (jump) {
      pending.current = null;
      go(jump.id);
    } else if (old && now) {
      const { x, y, zoom } = flow.getViewport();
      void flow.setViewport({ x: x + (old.x - now.x) * zoom, y: y + (old.y - now.y) * zoom, zoom });
    } else if (nodes.length) fit();
  }, [flow, fit, go, nodes, ready]);

  return useMemo(
    () => ({
      fit,
      go,
      moved: () => {
        fitted.current = false;
      },
      grow: (id) => {
        growing.current = id;
      },
      takesFocus: (id) => {
        const wanted = awaited.current === id;
        if (wanted) awaited.current = null;
        return wanted;
      },
    }),
    [fit, go],
  );
}
