import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";

import { useBoard } from "@/features/lineage/board";
import styles from "@/features/lineage/Painted.module.css";
import { paint } from "@/features/lineage/paint";
import type { Scene } from "@/features/lineage/scene";
import { useScheme } from "@/features/lineage/useScheme";
import { colours } from "@/lib/colours";

/** The edges of a large drawing, and its cards from afar, in one canvas: thousands of elements would stop every move. */
export function Painted({ scene }: { scene: Scene }) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const { light } = useBoard();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const colour = colours();
    let frame = 0;
    const now = () => {
      frame = 0;
      paint(context, scene, { ...flow.getViewport(), width, height }, light, colour);
    };
    const soon = () => {
      frame ||= requestAnimationFrame(now);
    };
    now();
    const leave = [
      store.subscribe(({ transform }, before) => transform !== before.transform && soon()),
      light.subscribe(soon),
    ];
    return () => {
      cancelAnimationFrame(frame);
      for (const one of leave) one();
    };
  }, [flow, store, light, scene, width, height, scheme]);
  const sharp = window.devicePixelRatio;
  return (
    <canvas
      ref={canvas}
      className={styles.painted}
      data-testid="painted"
      aria-hidden="true"
      width={Math.round(width * sharp)}
      height={Math.round(height * sharp)}
      style={{ width, height }}
    />
  );
}
