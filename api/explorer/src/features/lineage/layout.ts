import ELK from "elkjs/lib/elk-api";
import type { ELK as Elk, LayoutOptions } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

/** Above this many nodes crossings are minimised with less care, for speed. */
const CAREFUL_UP_TO = 400;

const options = (count: number): LayoutOptions => ({
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.spacing.nodeNode": "24",
  "elk.layered.spacing.nodeNodeBetweenLayers": "110",
  "elk.edgeRouting": "POLYLINE",
  "elk.separateConnectedComponents": "false",
  "elk.layered.mergeEdges": "true",
  ...(count > CAREFUL_UP_TO
    ? {
        "elk.layered.thoroughness": "1",
        "elk.layered.layering.strategy": "LONGEST_PATH",
        "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
        "elk.layered.nodePlacement.strategy": "SIMPLE",
      }
    : {}),
});

export const createElk = (): Elk => new ELK({ workerUrl });

/** Left-to-right places of boxes; runs in the worker of `elk`. */
export async function layOut(elk: Elk, boxes: Box[], edges: { start: string; end: string }[]) {
  const known = new Set(boxes.map((box) => box.id));
  const laid = await elk.layout({
    id: "lineage",
    layoutOptions: options(boxes.length),
    children: boxes.map((box) => ({ ...box })),
    edges: edges
      .filter(({ start, end }) => start !== end && known.has(start) && known.has(end))
      .map(({ start, end }, index) => ({ id: String(index), sources: [start], targets: [end] })),
  });
  return new Map<string, Place>(laid.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
