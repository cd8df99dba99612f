import ELK from "elkjs/lib/elk-api";
import type { ELK as Elk, LayoutOptions } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

import { ranksOf } from "@/features/lineage/rank";
import RankWorker from "@/features/lineage/rank.worker?worker";

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Link {
  start: string;
  end: string;
}

/** Up to so many nodes, and so many of one rank, ELK lays out, which crosses fewer edges and takes far longer. */
const CAREFUL_UP_TO = 120;
const CAREFUL_RANK = 50;
/** Room inside a frame. */
export const FRAME = { side: 20, top: 52 };

const options: LayoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.spacing.nodeNode": "24",
  "elk.layered.spacing.nodeNodeBetweenLayers": "80",
  "elk.edgeRouting": "POLYLINE",
  "elk.separateConnectedComponents": "false",
  "elk.layered.mergeEdges": "true",
};

/** Lays out in workers, which start when they are needed and live until it is closed. One layout at a time. */
export class Layouter {
  private elk: Elk | null = null;
  private ranker: Worker | null = null;

  close() {
    this.elk?.terminateWorker();
    this.ranker?.terminate();
  }

  /** Left-to-right places of boxes; the members of each frame stand together, and the frame's place is its corner. */
  async layOut(boxes: Box[], edges: Link[], frames: ReadonlyMap<string, readonly string[]>) {
    const frameOf = new Map([...frames].flatMap(([frame, members]) => members.map((one) => [one, frame] as const)));
    const outside = boxes.filter(({ id }) => !frameOf.has(id));
    const inner = new Map<string, Map<string, Place>>();
    for (const frame of frames.keys()) {
      const members = boxes.filter(({ id }) => frameOf.get(id) === frame);
      const places = await this.flat(members, edges);
      const { width, height } = settle(members, places);
      inner.set(frame, places);
      outside.push({ id: frame, width, height });
    }
    const at = (id: string) => frameOf.get(id) ?? id;
    const between = edges.map(({ start, end }) => ({ start: at(start), end: at(end) }));
    const places = await this.flat(outside, between);
    const sizes = new Map(outside.filter(({ id }) => frames.has(id)).map((box) => [box.id, box]));
    for (const [frame, members] of inner) {
      const corner = places.get(frame) ?? { x: 0, y: 0 };
      for (const [id, { x, y }] of members) places.set(id, { x: corner.x + x, y: corner.y + y });
    }
    return { places, sizes };
  }

  private async flat(boxes: Box[], edges: Link[]): Promise<Map<string, Place>> {
    const known = new Set(boxes.map((box) => box.id));
    const links = edges.filter(({ start, end }) => start !== end && known.has(start) && known.has(end));
    return boxes.length <= CAREFUL_UP_TO && widest(ranksOf(boxes, links)) <= CAREFUL_RANK
      ? this.byElk(boxes, links)
      : this.byRank(boxes, links);
  }

  private async byElk(boxes: Box[], edges: Link[]): Promise<Map<string, Place>> {
    this.elk ??= new ELK({ workerUrl });
    const laid = await this.elk.layout({
      id: "lineage",
      layoutOptions: options,
      children: boxes.map((box) => ({ ...box })),
      edges: edges.map(({ start, end }, index) => ({ id: String(index), sources: [start], targets: [end] })),
    });
    return new Map(laid.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
  }

  private byRank(boxes: Box[], edges: Link[]): Promise<Map<string, Place>> {
    const ranker = (this.ranker ??= new RankWorker());
    return new Promise((resolve, reject) => {
      ranker.onmessage = ({ data }: MessageEvent<[string, Place][]>) => resolve(new Map(data));
      ranker.onerror = (event) => reject(new Error(`The layout failed: ${event.message}`));
      ranker.postMessage({ boxes, edges: edges.map(({ start, end }) => ({ start, end })) });
    });
  }
}

function widest(ranks: number[]): number {
  const counts = new Map<number, number>();
  for (const rank of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Moves members to where they stand in their frame; gives its size. */
function settle(boxes: Box[], places: Map<string, Place>): { width: number; height: number } {
  const corners = [...places.values()];
  const left = Math.min(...corners.map(({ x }) => x)) - FRAME.side;
  const top = Math.min(...corners.map(({ y }) => y)) - FRAME.top;
  let [width, height] = [0, 0];
  for (const box of boxes) {
    const place = places.get(box.id);
    if (!place) continue;
    places.set(box.id, { x: place.x - left, y: place.y - top });
    width = Math.max(width, place.x - left + box.width);
    height = Math.max(height, place.y - top + box.height);
  }
  return { width: width + FRAME.side, height: height + FRAME.side };
}
