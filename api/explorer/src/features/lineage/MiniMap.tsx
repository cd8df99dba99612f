import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";

import type { FlowNode } from "@/features/lineage/flow";
import { boundsOf } from "@/features/lineage/flow";
import styles from "@/features/lineage/MiniMap.module.css";
import { useScheme } from "@/features/lineage/useScheme";
import { colours } from "@/lib/colours";

const WIDTH = 180;
const HEIGHT = 120;
const EDGE = 4;

/** The whole drawing, small, painted once for each drawing: one element for each card would slow down every move. */
export function MiniMap({ nodes }: { nodes: FlowNode[] }) {
  const flow = useReactFlow();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  const { scale, left, top } = useMemo(() => {
    const { x, y, width, height } = boundsOf(nodes);
    const fit = Math.min((WIDTH - 2 * EDGE) / width, (HEIGHT - 2 * EDGE) / height);
    return { scale: fit, left: (WIDTH - width * fit) / 2 - x * fit, top: (HEIGHT - height * fit) / 2 - y * fit };
  }, [nodes]);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const colour = colours();
    const sharp = window.devicePixelRatio;
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    for (const { type, data, position, width = 0, height = 0 } of nodes) {
      const root = type === "card" && data.root;
      if (type === "frame") continue;
      context.fillStyle = colour(root ? "--accent" : "--control");
      const [w, h] = [Math.max(1.5, width * scale), Math.max(1, height * scale)];
      context.fillRect(position.x * scale + left, position.y * scale + top, w, h);
    }
  }, [nodes, scale, left, top, scheme]);
  const move = ({ currentTarget, clientX, clientY }: React.PointerEvent) => {
    const box = currentTarget.getBoundingClientRect();
    const [x, y] = [(clientX - box.left - left) / scale, (clientY - box.top - top) / scale];
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  return (
    <div
      className={styles.map}
      role="img"
      aria-label="Map of the lineage"
      data-testid="minimap"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => event.buttons && move(event)}
    >
      <canvas
        ref={canvas}
        width={WIDTH * window.devicePixelRatio}
        height={HEIGHT * window.devicePixelRatio}
        style={{ width: WIDTH, height: HEIGHT }}
      />
      <Sight scale={scale} left={left} top={top} />
    </div>
  );
}

/** The part that is in sight. */
function Sight({ scale, left, top }: { scale: number; left: number; top: number }) {
  const box = useStore(({ transform: [x, y, zoom], width, height }) => {
    const ratio = scale / zoom;
    return [left - x * ratio, top - y * ratio, width * ratio, height * ratio].map(Math.round).join(" ");
  });
  const [x = 0, y = 0, width = 0, height = 0] = box.split(" ").map(Number);
  return <span className={styles.sight} style={{ transform: `translate(${x}px, ${y}px)`, width, height }} />;
}
