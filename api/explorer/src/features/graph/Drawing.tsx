import { useEffect, useEffectEvent, useRef } from "react";
import Sigma from "sigma";

import type { Drawn } from "@/features/graph/growing";
import styles from "@/features/graph/GraphPage.module.css";
import type { LayoutAnswer, LayoutRequest } from "@/features/graph/layout.worker";
import { colourOf } from "@/lib/colours";

interface Props {
  graph: Drawn;
  /** How often the graph has grown; each time it is arranged anew. */
  grown: number;
  onChoose: (iri: string) => void;
  onExpand: (iri: string) => void;
}

/** Up to so many nodes, edges and names stay while the drawing is dragged. */
const SMOOTH = 1000;

/** The colour of a kind as the page's looks have it. */
export const kindColour = (kind: string): string => colourOf(`--kind-${kind}`);

/** The graph by WebGL: a click chooses a node, a double click shows its neighbours. */
export function Drawing({ graph, grown, onChoose, onExpand }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const choose = useEffectEvent(onChoose);
  const expand = useEffectEvent(onExpand);
  useEffect(() => {
    if (!place.current) return;
    const sigma = new Sigma(graph, place.current, {
      settings: {
        itemSizesReference: "screen",
        stagePadding: 60,
        labelRenderedSizeThreshold: 4,
        // Without a graphics card, thousands of edges are too slow to be drawn in every frame of a drag.
        hideEdgesOnMove: graph.order > SMOOTH,
        hideLabelsOnMove: graph.order > SMOOTH,
      },
      styles: {
        nodes: {
          x: { attribute: "x" },
          y: { attribute: "y" },
          size: { attribute: "size" },
          color: { attribute: "color" },
          label: { attribute: "label" },
          labelColor: colourOf("--ink"),
          labelVisibility: { whenState: "isHovered", then: "visible", else: "auto" },
        },
        edges: { size: 1, color: colourOf("--line-strong"), head: "arrow" },
      },
    });
    sigma.on("clickNode", ({ node }) => choose(node));
    sigma.on("doubleClickNode", (event) => {
      event.preventSigmaDefault();
      expand(event.node);
    });
    return () => sigma.kill();
  }, [graph]);
  useEffect(() => {
    if (graph.order < 3) return;
    const worker = new Worker(new URL("@/features/graph/layout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      graph.updateEachNodeAttributes((key, node) => ({ ...node, ...data[key] }), { attributes: ["x", "y"] });
      worker.terminate();
      place.current?.setAttribute("data-arranged", String(grown));
    };
    const request: LayoutRequest = {
      nodes: graph.mapNodes((key, { x, y }) => ({ key, x, y })),
      edges: graph.mapEdges((_key, _data, start, end): [string, string] => [start, end]),
    };
    worker.postMessage(request);
    return () => worker.terminate();
  }, [graph, grown]);
  return <div ref={place} className={styles.drawing} data-testid="graph-drawing" data-nodes={graph.order} />;
}
